/// The characters that may start as one symbol instead of their bytes, with the same result.
///
/// A character's bytes merge into its token whatever stands beside it if every merge that reaches across the
/// character's edges, from its bytes, from what they become on the way or from the token itself, ranks after all the
/// merges within: as long as the character is unfinished, one of those is available and comes first. Between two such
/// characters no token lies across unless a merge joins a token that ends with the one to a token that begins with
/// the other.
struct WholeCharacters: Sendable {
    private var tokens = ScalarTable()
    /// Between which of these characters a merge may reach across.
    private(set) var joins: JoinFilter

    /// The token of a character, or nil where it must start as bytes.
    @inline(__always)
    func token(_ scalar: UTF8Scalar) -> Int32? {
        // A byte that is no UTF-8 reads as U+FFFD, which is three bytes long.
        scalar.code == 0xFFFD && scalar.length == 1 ? nil : tokens[scalar.code]
    }

    init(_ vocabulary: Vocabulary, _ merges: MergeTable, tokenOfByte: [Int32?]) {
        joins = JoinFilter(count: merges.count)
        // Bytes that are dropped or unknown would put symbols side by side that are no neighbours in the text.
        let byteTokens = tokenOfByte.compactMap { $0 }
        guard byteTokens.count == tokenOfByte.count else { return }
        let edges = TokenEdges(vocabulary)
        var crossing = CrossingRanks(count: vocabulary.count)
        merges.forEachPair { left, right, rank in
            let start = edges.start[Int(right)]
            // Within a character no edge is crossed.
            guard start != TokenEdges.continuation else { return }
            crossing.insert(left, right, rank)
            let end = edges.end[Int(left)]
            if end <= 0x10FFFF, start <= 0x10FFFF { joins.insert(end, start) }
        }
        for id in 0..<vocabulary.count where edges.isCharacter(id) {
            let bytes = vocabulary.bytes(id)
            var symbols = bytes.map { byteTokens[Int($0)] }
            if crossing.isUndisturbed(&symbols, merges) { tokens.set(edges.start[id], symbols[0]) }
        }
    }
}

/// The characters that tokens begin and end with.
private struct TokenEdges {
    /// The first character of each token, `continuation`, or `partial`.
    var start: [UInt32]
    /// The last character of each token, or `partial`.
    var end: [UInt32]
    private var isWhole: [Bool]

    /// The token begins within a character.
    static let continuation = UInt32.max
    /// The token has only a part of the character.
    static let partial = UInt32.max - 1

    init(_ vocabulary: Vocabulary) {
        start = Array(repeating: Self.partial, count: vocabulary.count)
        end = start
        isWhole = Array(repeating: false, count: vocabulary.count)
        for id in 0..<vocabulary.count {
            vocabulary.withBytes(id) { bytes in
                guard let first = bytes.first else { return }
                if first & 0xC0 == 0x80 {
                    start[id] = Self.continuation
                } else if let scalar = Self.scalar(bytes, at: 0) {
                    start[id] = scalar.code
                    isWhole[id] = bytes.count == scalar.length
                }
                var last = bytes.count - 1
                while last > 0, bytes[last] & 0xC0 == 0x80, bytes.count - last < 4 { last -= 1 }
                if let scalar = Self.scalar(bytes, at: last), last + scalar.length == bytes.count {
                    end[id] = scalar.code
                }
            }
        }
    }

    /// Whether the token is one whole character.
    func isCharacter(_ id: Int) -> Bool { isWhole[id] }

    /// The whole character at `index`.
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UTF8Scalar? {
        let scalar = UTF8Scalar(in: bytes, at: index)
        guard scalar.code != 0xFFFD || scalar.length == 3 else { return nil }
        for offset in 1..<max(1, scalar.length) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
        return scalar
    }
}

/// How early each token can merge with a neighbour across the edge of a character.
private struct CrossingRanks {
    private var asLeft: [UInt32]
    private var asRight: [UInt32]

    init(count: Int) {
        asLeft = Array(repeating: .max, count: count)
        asRight = asLeft
    }

    mutating func insert(_ left: Int32, _ right: Int32, _ rank: UInt32) {
        asLeft[Int(left)] = min(asLeft[Int(left)], rank)
        asRight[Int(right)] = min(asRight[Int(right)], rank)
    }

    /// Merges the bytes of one character; true if they become one token before anything outside can interfere.
    func isUndisturbed(_ symbols: inout [Int32], _ merges: MergeTable) -> Bool {
        if symbols.count == 1 { return true }
        var (lastRank, firstCrossing) = (UInt32.min, UInt32.max)
        while true {
            firstCrossing = min(firstCrossing, asRight[Int(symbols[0])], asLeft[Int(symbols[symbols.count - 1])])
            guard symbols.count > 1 else { return lastRank < firstCrossing }
            let orders = (1..<symbols.count).map { merges.order(symbols[$0 - 1], symbols[$0]) }
            let lowest = orders.min()!
            guard lowest != MergeTable.never else { return false }
            let position = orders.firstIndex(of: lowest)!
            symbols[position] = Int32(truncatingIfNeeded: lowest)
            symbols.remove(at: position + 1)
            lastRank = max(lastRank, UInt32(lowest >> 32))
        }
    }
}
