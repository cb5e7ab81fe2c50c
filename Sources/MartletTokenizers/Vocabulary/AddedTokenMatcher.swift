/// Finds added tokens in a text: the leftmost, of those the longest, as the tokenizers library does.
struct AddedTokenMatcher: Sendable {
    /// A stretch of the text: a token, or text between tokens.
    struct Segment: Equatable {
        var range: Range<Int>
        var token: Int32?
    }

    private struct Node: Sendable {
        var edges: [(byte: UInt8, target: Int)] = []
        var token: Int?
    }

    private var tokens: [AddedToken] = []
    private var nodes = [Node()]
    private var startsToken = [Bool](repeating: false, count: 256)

    /// A matcher for the tokens' contents, given as they appear in the text that is searched.
    init(_ tokens: [AddedToken]) {
        for token in tokens where !token.content.isEmpty {
            startsToken[Int(token.content[0])] = true
            var node = 0
            for byte in token.content { node = child(of: node, byte) }
            nodes[node].token = self.tokens.count
            self.tokens.append(token)
        }
    }

    /// True if there is nothing to find.
    var isEmpty: Bool { tokens.isEmpty }

    private mutating func child(of node: Int, _ byte: UInt8) -> Int {
        if let edge = nodes[node].edges.first(where: { $0.byte == byte }) { return edge.target }
        nodes.append(Node())
        nodes[node].edges.append((byte, nodes.count - 1))
        return nodes.count - 1
    }

    /// The longest token that starts at `start`.
    private func match(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (token: Int, end: Int)? {
        var (node, index) = (0, start)
        var best: (token: Int, end: Int)?
        while true {
            if let token = nodes[node].token { best = (token, index) }
            guard index < text.count else { return best }
            let byte = text[index]
            guard let edge = nodes[node].edges.first(where: { $0.byte == byte }) else { return best }
            node = edge.target
            index += 1
        }
    }

    /// Calls `body` with the stretches of `text` in order.
    func forEachSegment(
        in text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool, _ body: (Segment) -> Void
    ) {
        var (segmentStart, strippedEnd) = (0, 0)
        var index = 0
        while index < text.count {
            guard startsToken[Int(text[index])], let (found, matchEnd) = match(in: text, at: index) else {
                index += 1
                continue
            }
            let token = tokens[found]
            var (start, end) = (index, matchEnd)
            index = matchEnd
            if token.isSpecial && !parseSpecial { continue }
            if token.singleWord && (endsWithWord(text, start) || startsWithWord(text, end)) { continue }
            if token.lstrip { start = segmentStart < start ? whitespaceStart(text, start, segmentStart) : segmentStart }
            if token.rstrip {
                // Tokens of whitespace may follow in what is taken here, and must not look through all of it again.
                end = end <= strippedEnd ? strippedEnd : whitespaceEnd(text, end)
                strippedEnd = end
            }
            if segmentStart < start { body(Segment(range: segmentStart..<start, token: nil)) }
            // Where the token before took the whitespace that this one stands in, nothing of it may be left.
            if start < end { body(Segment(range: start..<end, token: token.id)) }
            segmentStart = end
        }
        if segmentStart < text.count { body(Segment(range: segmentStart..<text.count, token: nil)) }
    }

    private func endsWithWord(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        index > 0 && UnicodeClassTable.shared[UTF8Scalar(in: text, before: index).code].isWord
    }

    private func startsWithWord(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        index < text.count && UnicodeClassTable.shared[UTF8Scalar(in: text, at: index).code].isWord
    }

    /// Where the whitespace before `index` begins, or `limit` if that comes later.
    private func whitespaceStart(_ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ limit: Int) -> Int {
        var index = index
        while index > limit {
            let scalar = UTF8Scalar(in: text, before: index)
            guard UnicodeClassTable.shared[scalar.code].isWhitespace else { break }
            index -= scalar.length
        }
        return index
    }

    private func whitespaceEnd(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        var index = index
        while index < text.count {
            let scalar = UTF8Scalar(in: text, at: index)
            guard UnicodeClassTable.shared[scalar.code].isWhitespace else { break }
            index += scalar.length
        }
        return index
    }
}
