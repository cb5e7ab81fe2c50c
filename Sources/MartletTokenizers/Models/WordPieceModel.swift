/// The longest token that a piece begins with, then the longest that continues it, and so on; or else unknown.
///
/// **Source** tokenizers `models/wordpiece`.
struct WordPieceModel: Sendable {
    let vocabulary: SpellingTable
    /// What stands for a piece that has no such tokens; nil drops it.
    let unknownToken: Int32?
    private let maxCharacters: Int
    private let initial: PrefixTrie
    /// The tokens that begin with the prefix, without it.
    private let continuing: PrefixTrie

    init(vocabulary: SpellingTable, unknownToken: Int32?, continuingPrefix: [UInt8], maxCharacters: Int) {
        self.vocabulary = vocabulary
        self.unknownToken = unknownToken
        self.maxCharacters = maxCharacters
        var (initial, continuing) = (PrefixTrie(), PrefixTrie())
        for id in 0..<vocabulary.count {
            guard let spelling = vocabulary.spelling(id), !spelling.isEmpty else { continue }
            initial.insert(spelling, Int32(id))
            if !continuingPrefix.isEmpty, spelling.count > continuingPrefix.count,
                spelling.starts(with: continuingPrefix)
            {
                continuing.insert(spelling.dropFirst(continuingPrefix.count), Int32(id))
            }
        }
        self.initial = initial
        self.continuing = continuingPrefix.isEmpty ? initial : continuing
    }

    /// Appends the tokens of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        let first = ids.count
        guard isShort(piece), appendTokens(of: piece, to: &ids) else {
            ids.removeSubrange(first...)
            if let unknownToken { ids.append(unknownToken) }
            return
        }
    }

    private func isShort(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        if piece.count <= maxCharacters { return true }
        var count = 0
        for byte in piece where byte & 0xC0 != 0x80 { count += 1 }
        return count <= maxCharacters
    }

    private func appendTokens(of piece: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) -> Bool {
        var start = 0
        while start < piece.count {
            var longest: (end: Int, token: Int32)?
            (start == 0 ? initial : continuing).forEachPrefix(of: piece, from: start) { longest = ($0, $1) }
            guard let longest else { return false }
            ids.append(longest.token)
            start = longest.end
        }
        return true
    }
}
