/// What the library's pre-tokenizers take for white space, punctuation, digits and parts of words.
///
/// **Source** asked from the library; its crates are of different Unicode versions.
struct LibraryCharacters: Sendable {
    static let shared = LibraryCharacters()

    let whitespace = ScalarLookup(named: "library:whitespace")
    let punctuation = ScalarLookup(named: "library:punctuation")
    private let word = ScalarLookup(named: "library:word")
    private let space = ScalarLookup(named: "library:space")

    /// Matches of `\w+|[^\w\s]+` as the regex crate reads it.
    func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var (start, position, last) = (0, 0, Kind.space)
        while position < text.count {
            let scalar = UTF8Scalar(in: text, at: position)
            let kind: Kind = word.contains(scalar.code) ? .word : space.contains(scalar.code) ? .space : .other
            if kind != last {
                if last != .space { body(start..<position) }
                (start, last) = (position, kind)
            }
            position += scalar.length
        }
        if last != .space { body(start..<position) }
    }

    private enum Kind { case word, space, other }
}

/// A set of scalars that is looked up often.
struct ScalarLookup: Sendable {
    private var sets = RegexSets()

    init(_ ranges: ScalarRanges) { _ = sets.index(of: ranges) }

    init(named name: String) { self.init(UnicodeProperty.ranges(named: name) ?? .none) }

    func contains(_ code: UInt32) -> Bool { sets.contains(code, in: 0) }
}
