/// Copies of recurrent states at the ends of prefixes, the least recently used first to go.
struct StateCheckpoints {
    /// Number of the first checkpoint's slot; those before it belong to running requests.
    private let firstSlot: Int
    /// All checkpoints: the empty ones, then the least recently used.
    private(set) var order: FreeBlockList
    /// Which checkpoint holds the state after which prefix.
    private(set) var content: PrefixAttachments

    /// Empty checkpoints; `numPrefixes` is the number of blocks of full attention.
    init(firstSlot: Int, count: Int, numPrefixes: Int) {
        self.firstSlot = firstSlot
        order = FreeBlockList(numBlocks: count)
        content = PrefixAttachments(numThings: count, numPrefixes: numPrefixes)
    }

    /// True when a state can be kept without forgetting another.
    var hasRoom: Bool {
        guard let first = order.first else { return false }
        return content.prefix(of: first) == nil
    }

    /// True when the state after a prefix is kept.
    func contains(_ prefix: Int32) -> Bool { content.thing(on: prefix) != nil }

    /// The slot with the state after a prefix, which counts as used now.
    mutating func use(_ prefix: Int32) -> Int32? {
        guard let checkpoint = content.thing(on: prefix) else { return nil }
        order.remove(checkpoint)
        order.append(checkpoint)
        return slot(checkpoint)
    }

    /// A slot for the state after a prefix that has none: the one on `replaced` if it has one, else the oldest.
    mutating func add(_ prefix: Int32, replacing replaced: Int32?) -> Int32 {
        var oldest = order.first
        if let replaced, let own = content.thing(on: replaced) { oldest = own }
        guard let checkpoint = oldest else { preconditionFailure("a cache without checkpoints") }
        content.detach(checkpoint)
        content.attach(checkpoint, to: prefix)
        order.remove(checkpoint)
        order.append(checkpoint)
        return slot(checkpoint)
    }

    /// Forgets the state after a prefix.
    mutating func forget(prefix: Int32) {
        guard let checkpoint = content.thing(on: prefix) else { return }
        content.detach(checkpoint)
        order.remove(checkpoint)
        order.prepend(checkpoint)
    }

    private func slot(_ checkpoint: Int32) -> Int32 { Int32(firstSlot) + checkpoint }
}
