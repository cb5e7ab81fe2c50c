/// What is dropped at the two ends of the reasoning.
struct ReasoningTrimming: Sendable {
    private let prefix: [UInt8]
    private let trimsEnd: Bool
    /// Whether whitespace at the beginning is held back, since a marker may come that drops it.
    var holdsSpace = false
    private var held: [UInt8] = []
    private var isPrefixDecided: Bool

    init(prefix: String, trimsEnd: Bool) {
        self.prefix = Array(prefix.utf8)
        self.trimsEnd = trimsEnd
        isPrefixDecided = prefix.isEmpty
    }

    /// Takes text and gives what is certain to be reasoning.
    mutating func append(_ text: ArraySlice<UInt8>) -> [UInt8] {
        held += text
        if holdsSpace { return [] }
        if !isPrefixDecided {
            if held.count < prefix.count, prefix.starts(with: held) { return [] }
            isPrefixDecided = true
            if held.starts(with: prefix) { held.removeFirst(prefix.count) }
        }
        guard trimsEnd else { return take(held.count) }
        return take(Self.endWithoutSpace(held, from: max(0, held.count - text.count)))
    }

    /// Drops what is held back.
    mutating func dropSpace() { held.removeAll() }

    /// What is held back at the end of the output.
    mutating func finish() -> [UInt8] {
        // The prefix without its line break: nothing was thought.
        if !isPrefixDecided, held.elementsEqual(prefix.dropLast()) { return [] }
        return trimsEnd ? take(Self.endWithoutSpace(held, from: 0)) : take(held.count)
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        let text = Array(held[..<count])
        held.removeFirst(count)
        return text
    }

    /// Where the whitespace at the end of `text` begins, given that all before `start` is whitespace; 0 for all of it.
    private static func endWithoutSpace(_ text: [UInt8], from start: Int) -> Int {
        var end = text.count
        while end > start, let length = PythonWhitespace.length(in: text, before: end) { end -= length }
        return end > start ? end : 0
    }
}
