/// Which things hang on which prefixes, at most one on each: blocks of a window's group, or checkpoints of states.
///
/// A prefix is named by the block of full attention that ends it.
struct PrefixAttachments {
    private var prefixes: [Int32?]
    private var things: [Int32?]

    /// Nothing hangs anywhere yet.
    init(numThings: Int, numPrefixes: Int) {
        prefixes = Array(repeating: nil, count: numThings)
        things = Array(repeating: nil, count: numPrefixes)
    }

    /// What hangs on a prefix.
    func thing(on prefix: Int32) -> Int32? { things[Int(prefix)] }

    /// The prefix a thing hangs on.
    func prefix(of thing: Int32) -> Int32? { prefixes[Int(thing)] }

    /// Hangs a thing that hangs nowhere on a prefix that has none.
    mutating func attach(_ thing: Int32, to prefix: Int32) {
        precondition(prefixes[Int(thing)] == nil && things[Int(prefix)] == nil)
        prefixes[Int(thing)] = prefix
        things[Int(prefix)] = thing
    }

    /// Takes a thing off its prefix, if it hangs on one.
    mutating func detach(_ thing: Int32) {
        guard let prefix = prefixes[Int(thing)] else { return }
        prefixes[Int(thing)] = nil
        things[Int(prefix)] = nil
    }
}
