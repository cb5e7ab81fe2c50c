/// Reads a candidate's tags from a stream: every step says whether more text is needed to decide it.
struct TagCursor {
    enum Match { case yes, no, undecided }

    let text: ArraySlice<UInt8>
    let isFinal: Bool
    var index: Int

    /// A cursor that stands `offset` bytes behind the slice's start.
    init(_ text: ArraySlice<UInt8>, isFinal: Bool, offset: Int) {
        self.text = text
        self.isFinal = isFinal
        index = text.startIndex + offset
    }

    var offset: Int { index - text.startIndex }
    var isAtEnd: Bool { index == text.endIndex }

    /// Whether `literal` stands at `position`.
    func match(_ literal: [UInt8], at position: Int) -> Match {
        let length = min(literal.count, text.endIndex - position)
        guard text[position..<position + length].elementsEqual(literal[..<length]) else { return .no }
        return length == literal.count ? .yes : isFinal ? .no : .undecided
    }

    /// Which of the literals stands at `position`, the longest first; undecided while one still may.
    func match(anyOf literals: [[UInt8]], at position: Int) -> (match: Match, literal: Int) {
        var result = (match: Match.no, literal: 0)
        for (number, literal) in literals.enumerated() {
            switch match(literal, at: position) {
            case .yes: return (.yes, number)
            case .undecided: result.match = .undecided
            case .no: break
            }
        }
        return result
    }

    /// Where the whitespace at `position` ends.
    func afterSpace(_ position: Int) -> Int {
        var position = position
        while position < text.endIndex, Self.isSpace(text[position]) { position += 1 }
        return position
    }

    mutating func skipSpace() { index = afterSpace(index) }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
