/// The characters that may start as one symbol instead of their bytes, with the same result.
///
/// A character's bytes merge into its token whatever stands beside it if every merge that reaches across the
/// character's edges, from its bytes, from what they become on the way or from the token itself, ranks after all the
/// merges within: as long as the character is unfinished, one of those is available and comes first. Between two such
/// characters no token lies across unless a merge joins a token that ends with the one to a token that begins with
/// the other.
///
/// Many vocabularies have a token of a space and the first byte of a character, whose merge ranks early. It disturbs
/// only characters beside ASCII, so those with other neighbours are told apart.
struct WholeCharacters: Sendable {
    private var anywhere = ScalarTable()
    private var besideOthers = ScalarTable()
    /// Between which of these characters a merge may reach across.
    private(set) var joins: JoinFilter

    /// The token of a character, or nil where it must start as bytes; `isBesideASCII` tells of either side.
    @inline(__always)
    func token(_ scalar: UTF8Scalar, isBesideASCII: Bool) -> Int32? {
        // A byte that is no UTF-8 reads as U+FFFD, which is three bytes long.
        if scalar.code == 0xFFFD && scalar.length == 1 { return nil }
        return isBesideASCII ? anywhere[scalar.code] : besideOthers[scalar.code]
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
            let end = edges.end[Int(left)]
            crossing.insert(left, endsInASCII: end < 0x80, right, startsInASCII: start < 0x80, rank)
            if end <= 0x10FFFF, start <= 0x10FFFF { joins.insert(end, start) }
        }
        for id in 0..<vocabulary.count where edges.isCharacter(id) {
            let bytes = vocabulary.bytes(id)
            var symbols = bytes.map { byteTokens[Int($0)] }
            let disturbance = crossing.disturbance(&symbols, merges)
            if disturbance == .none { anywhere.set(edges.start[id], symbols[0]) }
            if disturbance != .byAny { besideOthers.set(edges.start[id], symbols[0]) }
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
    private var ranks: [Ranks]

    private struct Ranks {
        var asLeft = UInt32.max
        var asRight = UInt32.max
        /// The same where the neighbour's side of the edge is no ASCII character.
        var asLeftOfOther = UInt32.max
        var asRightOfOther = UInt32.max
    }

    /// What keeps the bytes of a character from becoming one token.
    enum Disturbance {
        case none
        /// Only a neighbour that is ASCII.
        case byASCII
        case byAny
    }

    init(count: Int) { ranks = Array(repeating: Ranks(), count: count) }

    @inline(__always)
    mutating func insert(_ left: Int32, endsInASCII: Bool, _ right: Int32, startsInASCII: Bool, _ rank: UInt32) {
        ranks.withUnsafeMutableBufferPointer { ranks in
            let (left, right) = (Int(left), Int(right))
            ranks[left].asLeft = min(ranks[left].asLeft, rank)
            if !startsInASCII { ranks[left].asLeftOfOther = min(ranks[left].asLeftOfOther, rank) }
            ranks[right].asRight = min(ranks[right].asRight, rank)
            if !endsInASCII { ranks[right].asRightOfOther = min(ranks[right].asRightOfOther, rank) }
        }
    }

    /// Merges the bytes of one character, and says what could interfere before they become one token.
    func disturbance(_ symbols: inout [Int32], _ merges: MergeTable) -> Disturbance {
        if symbols.count == 1 { return .none }
        var (lastRank, firstCrossing, firstOther) = (UInt32.min, UInt32.max, UInt32.max)
        while true {
            let (first, last) = (ranks[Int(symbols[0])], ranks[Int(symbols[symbols.count - 1])])
            firstCrossing = min(firstCrossing, first.asRight, last.asLeft)
            firstOther = min(firstOther, first.asRightOfOther, last.asLeftOfOther)
            guard symbols.count > 1 else { break }
            let orders = (1..<symbols.count).map { merges.order(symbols[$0 - 1], symbols[$0]) }
            let lowest = orders.min()!
            guard lowest != MergeTable.never else { return .byAny }
            let position = orders.firstIndex(of: lowest)!
            symbols[position] = Int32(truncatingIfNeeded: lowest)
            symbols.remove(at: position + 1)
            lastRank = max(lastRank, UInt32(lowest >> 32))
        }
        return lastRank < firstCrossing ? .none : lastRank < firstOther ? .byASCII : .byAny
    }
}
