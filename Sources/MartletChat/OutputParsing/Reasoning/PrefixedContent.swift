/// Leaves all text in the content, behind a fixed beginning.
struct PrefixedContent: ReasoningSplitter {
    private var prefix: [UInt8]

    init(_ prefix: String) { self.prefix = Array(prefix.utf8) }

    mutating func append(_ text: [UInt8]) -> [DividedText] {
        defer { prefix.removeAll() }
        return [.content(prefix + text)]
    }

    mutating func finish() -> [DividedText] { append([]) }
}
