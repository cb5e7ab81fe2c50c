import Martlet
import MartletGrammar
import MartletTokenizers

/// How texts become tokens that spell exactly them.
struct GrammarTokens {
    let vocabulary: TokenVocabulary
    private let tokenizer: Tokenizer?
    /// Tokens by their bytes, the lowest id of equal ones.
    private let ids: [[UInt8]: Int]
    private let longest: Int

    /// A token per byte.
    static let bytes = GrammarTokens(.bytes, tokenizer: nil)

    /// The tokens of a model.
    init(_ tokenizer: Tokenizer) { self.init(TokenVocabulary(tokenizer), tokenizer: tokenizer) }

    private init(_ vocabulary: TokenVocabulary, tokenizer: Tokenizer?) {
        self.vocabulary = vocabulary
        self.tokenizer = tokenizer
        var ids: [[UInt8]: Int] = [:]
        if tokenizer != nil {
            for (id, token) in vocabulary.tokens.enumerated() where !token.isEmpty && !vocabulary.special.contains(id) {
                if ids[token] == nil { ids[token] = id }
            }
        }
        self.ids = ids
        longest = ids.keys.map(\.count).max() ?? 1
    }

    /// The tokens of a text; nil where it cannot be spelled with them. With `parsesSpecial` the names of special tokens
    /// in the text stand for those.
    func encode(_ text: String, parsesSpecial: Bool) -> [Int]? {
        let bytes = Array(text.utf8)
        guard let tokenizer else { return bytes.map(Int.init) }
        let encoded = tokenizer.encode(text, addSpecialTokens: false, parseSpecial: parsesSpecial).map(Int.init)
        if encoded.flatMap({ vocabulary.tokens[$0] }) == bytes { return encoded }
        // Some tokenizers put a space before a text or change its characters.
        return longestMatches(bytes)
    }

    private func longestMatches(_ bytes: [UInt8]) -> [Int]? {
        var found: [Int] = []
        var start = 0
        while start < bytes.count {
            var length = min(longest, bytes.count - start)
            while length > 0 {
                if let id = ids[Array(bytes[start..<start + length])] {
                    found.append(id)
                    break
                }
                length -= 1
            }
            if length == 0 { return nil }
            start += length
        }
        return found
    }
}
