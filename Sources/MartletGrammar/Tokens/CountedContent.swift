/// The tokens of a string whose content is any number of scalars of one set, by how many scalars they take: with it the
/// mask of every counted repetition of the set follows without a walk of the vocabulary.
///
/// The same in all grammars that have the set.
final class CountedContent: Sendable {
    /// A token that reaches the end of the string.
    struct Closing: BitwiseCopyable {
        var token: Int32
        /// Scalars before the end.
        var count: Int32
        /// Whether it goes on after the end.
        var isExit: Bool
    }

    /// The mask of the string of any number of scalars.
    let free: LexemeMask
    /// Most scalars that any token needs.
    let maxCount: Int32
    /// The tokens that stay inside, those that need the most scalars first. A scalar that has begun is needed.
    private let inside: [Int32]
    /// By number of scalars: how many tokens of `inside` need more.
    private let needingMore: [Int]
    private let closing: [Closing]
    private let maxClosingCount: Int32
    private static let noExits = FlatTrie([], [])
    /// From this many tokens on bits of their own are smaller than a list of those that are missing.
    private static let maxMissing = 256

    init(free: LexemeMask, inside: [(token: Int32, count: Int32)], closing: [Closing]) {
        self.free = free
        let most = inside.reduce(0) { max($0, $1.count) }
        var needingMore = Array(repeating: 0, count: Int(most) + 1)
        for (_, count) in inside where count > 0 { needingMore[Int(count) - 1] += 1 }
        for count in (0..<Int(most)).reversed() { needingMore[count] += needingMore[count + 1] }
        var places = needingMore
        var tokens = Array(repeating: 0 as Int32, count: inside.count)
        for (token, count) in inside {
            tokens[places[Int(count)]] = token
            places[Int(count)] += 1
        }
        self.inside = tokens
        self.needingMore = needingMore
        self.closing = closing
        maxClosingCount = closing.reduce(0) { max($0, $1.count) }
        maxCount = max(maxClosingCount, most)
    }

    /// Bytes of memory held, without the mask.
    var byteCount: Int { inside.count * 4 + closing.count * MemoryLayout<Closing>.stride + 128 }

    /// Bounds that make no difference to any token are those of the free repetition, or just beyond every token.
    func saturated(atLeast: Int32, atMost: Int32) -> (atLeast: Int32, atMost: Int32) {
        let least = min(atLeast, maxClosingCount + 1)
        let isFree = atMost == TermArena.unbounded || atMost >= max(maxCount, least)
        return (least, isFree ? TermArena.unbounded : atMost)
    }

    /// The mask where so many scalars are still to come.
    func mask(atLeast: Int32, atMost: Int32) -> LexemeMask {
        let most = atMost == TermArena.unbounded ? Int32.max : atMost
        var missing = Array(inside[..<needingMore[min(Int(most), needingMore.count - 1)]])
        var missingExits: [Int32] = []
        var hasExits = false
        for token in closing {
            let isMissing = token.count < atLeast || token.count > most
            if isMissing, token.isExit { missingExits.append(token.token) }
            if isMissing, !token.isExit { missing.append(token.token) }
            hasExits = hasExits || token.isExit && !isMissing
        }
        if missing.count + missingExits.count <= Self.maxMissing {
            return LexemeMask(
                base: free, inside: TokenSet([], outOf: 0), exits: Self.noExits, missing: Set(missing + missingExits))
        }
        var own = free.inside
        own.remove(missing)
        return LexemeMask(
            inside: own, exits: hasExits ? free.exits : Self.noExits, ownsExits: false,
            missingExits: hasExits ? Set(missingExits) : [])
    }
}
