/// The longest token that the text begins with, then the longest that the rest begins with, and so on.
///
/// Tokens are bytes, spelled in the byte alphabet where they have a spelling.
///
/// **Source** RWKV `TRIE_TOKENIZER`.
struct LongestMatchModel: Sendable {
    let vocabulary: SpellingTable
    /// What stands for a byte that no token begins with; nil drops it.
    let unknownToken: Int32?
    private let trie: PrefixTrie

    init(tokens: [[UInt8]], unknownToken: Int32?) {
        self.unknownToken = unknownToken
        var trie = PrefixTrie()
        for (id, token) in tokens.enumerated() where !token.isEmpty { trie.insert(token, Int32(id)) }
        self.trie = trie
        vocabulary = SpellingTable(tokens.map { token in Array(ByteAlphabet.shared.spelling(of: token).utf8) })
    }

    /// Appends the tokens of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        var start = 0
        while start < piece.count {
            var longest: (end: Int, token: Int32)?
            trie.forEachPrefix(of: piece, from: start) { longest = ($0, $1) }
            if let token = longest?.token ?? unknownToken { ids.append(token) }
            start = longest?.end ?? start + 1
        }
    }
}
