/// Byte pair encoding that starts from characters: SentencePiece's and the original one with prefixes and suffixes.
///
/// **Source** tokenizers `models/bpe` (without dropout).
struct CharacterPairModel: Sendable {
    /// What changes the result besides vocabulary and merges.
    struct Options: Sendable {
        /// What stands for a character without token; nil drops it.
        var unknownToken: Int32?
        /// One unknown token for a run of unknown characters.
        var fusesUnknown = false
        /// A character without token becomes the tokens `<0x00>` to `<0xFF>` of its bytes, where there are all.
        var byteFallback = false
        /// A piece that is a token as a whole is not split into its merges.
        var ignoreMerges = false
        /// Spelled before every character of a piece but the first.
        var continuingPrefix: [UInt8] = []
        /// Spelled after the last character of a piece.
        var wordSuffix: [UInt8] = []
    }

    let vocabulary: SpellingTable
    let merges: MergeTable
    let options: Options
    /// The tokens of characters by their place in the piece: inside it, first, last, and alone.
    let inner: ScalarTable
    let first: ScalarTable
    let last: ScalarTable
    let only: ScalarTable
    /// The tokens `<0x00>` to `<0xFF>` where byte fallback is on; nil for those the vocabulary lacks.
    let tokenOfByte: [Int32?]
    let joins: JoinFilter
    /// No merge involves the tokens that stand for unknown characters, so that text may be cut around them.
    let unknownStandsAlone: Bool

    /// A model over an indexed vocabulary and merges of its tokens.
    init(vocabulary: SpellingTable, merges: MergeTable, options: Options) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.options = options
        let (prefix, suffix) = (options.continuingPrefix, options.wordSuffix)
        let plain = vocabulary.characters(prefix: [], suffix: [])
        first = plain
        inner = prefix.isEmpty ? plain : vocabulary.characters(prefix: prefix, suffix: [])
        only = suffix.isEmpty ? plain : vocabulary.characters(prefix: [], suffix: suffix)
        last = suffix.isEmpty ? inner : vocabulary.characters(prefix: prefix, suffix: suffix)
        tokenOfByte = options.byteFallback ? vocabulary.byteTokens : []
        joins = merges.joinFilter(of: vocabulary, prefixLength: prefix.count)
        let stands = Set(tokenOfByte.compactMap { $0 } + (options.unknownToken.map { [$0] } ?? []))
        // Where a byte lacks its token, unknown tokens and byte tokens change places; where there is no unknown token,
        // characters vanish and their neighbours meet. Only whole pieces get either right.
        let fallsBack = options.byteFallback && !tokenOfByte.contains(nil)
        let isSimple = options.byteFallback ? fallsBack : options.unknownToken != nil
        unknownStandsAlone = isSimple && !merges.involves(stands)
    }

    /// A SentencePiece model of type BPE: two neighbours merge where their union is a piece, highest score first.
    ///
    /// `mayMerge` tells which pieces text may become: normal ones, not control, unknown and byte pieces.
    init(pieces: [[UInt8]], scores: [Float], options: Options, mayMerge: (Int) -> Bool = { _ in true }) {
        var vocabulary = SpellingTable(arenaCapacity: pieces.count * 8)
        for (id, piece) in pieces.enumerated() { piece.withUnsafeBufferPointer { vocabulary.set(id, $0) } }
        vocabulary.buildIndex()
        let merges = MergeTable(pieces: pieces, scores: scores, vocabulary: vocabulary, mayMerge: mayMerge)
        self.init(vocabulary: vocabulary, merges: merges, options: options)
    }
}

// MARK: - Tables

extension SpellingTable {
    /// The tokens that are one character between `prefix` and `suffix`.
    fileprivate func characters(prefix: [UInt8], suffix: [UInt8]) -> ScalarTable {
        var table = ScalarTable()
        let around = prefix.count + suffix.count
        for id in 0..<count {
            guard let spelling = spelling(id), (around + 1...around + 4).contains(spelling.count),
                spelling.starts(with: prefix), spelling.suffix(suffix.count).elementsEqual(suffix),
                self.id(of: Array(spelling)) == Int32(id)
            else { continue }
            spelling.dropFirst(prefix.count).dropLast(suffix.count).withUnsafeBufferPointer { character in
                let scalar = UTF8Scalar(in: character, at: 0)
                if scalar.length == character.count { table.set(scalar.code, Int32(id)) }
            }
        }
        return table
    }

    /// The tokens `<0x00>` to `<0xFF>`.
    var byteTokens: [Int32?] {
        let digits = Array("0123456789ABCDEF".utf8)
        return (0..<256).map { byte in
            id(of: Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15]] + Array(">".utf8))
        }
    }
}

extension MergeTable {
    /// The merges of a SentencePiece model; pieces of equal score have equal rank, so that the leftmost merges first.
    fileprivate init(pieces: [[UInt8]], scores: [Float], vocabulary: SpellingTable, mayMerge: (Int) -> Bool) {
        self.init(count: pieces.count * 2)
        let order = pieces.indices.filter { mayMerge($0) }.sorted { scores[$0] > scores[$1] }
        var (rank, lastScore) = (-1, Float.nan)
        for id in order {
            if scores[id] != lastScore { rank += 1 }
            lastScore = scores[id]
            pieces[id].withUnsafeBufferPointer { piece in
                var middle = piece.isEmpty ? 0 : UTF8Scalar(in: piece, at: 0).length
                while middle < piece.count {
                    if let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: piece[..<middle])),
                        let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: piece[middle...])),
                        mayMerge(Int(left)), mayMerge(Int(right))
                    {
                        add(left, right, rank: rank, result: Int32(id))
                    }
                    middle += UTF8Scalar(in: piece, at: middle).length
                }
            }
        }
    }

    /// The pairs of characters that merges lie across.
    fileprivate func joinFilter(of vocabulary: SpellingTable, prefixLength: Int) -> JoinFilter {
        var filter = JoinFilter(count: count)
        forEachPair { left, right, _ in
            guard let left = vocabulary.spelling(Int(left)),
                let right = vocabulary.spelling(Int(right))?.dropFirst(prefixLength), !left.isEmpty, !right.isEmpty
            else { return }
            let before = left.withUnsafeBufferPointer { UTF8Scalar(in: $0, before: $0.count).code }
            let after = right.withUnsafeBufferPointer { UTF8Scalar(in: $0, at: 0).code }
            filter.insert(before, after)
        }
        return filter
    }

    fileprivate func involves(_ tokens: Set<Int32>) -> Bool {
        var isInvolved = false
        forEachPair { left, right, _ in
            if tokens.contains(left) || tokens.contains(right) { isInvolved = true }
        }
        return isInvolved
    }
}
