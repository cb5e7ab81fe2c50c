/// A word with the tokens it is written with.
struct WordTokens: Sendable, Hashable {
    var word: String
    var tokens: [Int32]
}

extension WordTokens {
    /// Languages written without spaces, where every character is taken for a word.
    private static let languagesWithoutSpaces: Set<String> = ["zh", "ja", "th", "lo", "my", "yue"]

    /// The words of some tokens, which end with `endOfText` as a word of its own.
    ///
    /// `bytes` are those a token stands for. **Source** openai-whisper `Tokenizer.split_to_word_tokens`.
    static func split(
        _ tokens: [Int32], language: String?, endOfText: Int32, bytes: (Int32) -> [UInt8]
    ) -> [WordTokens] {
        let pieces = splitOnUnicode(tokens, bytes: bytes)
        if let language, languagesWithoutSpaces.contains(language) { return pieces }
        return joinedToSpaces(pieces, endOfText: endOfText)
    }

    /// Cuts wherever the tokens are whole characters.
    ///
    /// **Source** openai-whisper `Tokenizer.split_tokens_on_unicode`.
    private static func splitOnUnicode(_ tokens: [Int32], bytes: (Int32) -> [UInt8]) -> [WordTokens] {
        func text(_ tokens: [Int32]) -> [Unicode.Scalar] {
            Array(String(decoding: tokens.flatMap(bytes), as: UTF8.self).unicodeScalars)
        }
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let whole = text(tokens)
        var words: [WordTokens] = []
        var current: [Int32] = []
        var offset = 0
        for token in tokens {
            current.append(token)
            let decoded = text(current)
            // A replacement that the whole text has too is no character cut in two.
            if let place = decoded.firstIndex(of: replacement),
                offset + place >= whole.count || whole[offset + place] != replacement
            {
                continue
            }
            var word = String.UnicodeScalarView()
            word.append(contentsOf: decoded)
            words.append(WordTokens(word: String(word), tokens: current))
            current = []
            offset += decoded.count
        }
        return words
    }

    /// Joins what does not begin with a space to what is before it; punctuation stays alone.
    ///
    /// **Source** openai-whisper `Tokenizer.split_tokens_on_spaces`.
    private static func joinedToSpaces(_ pieces: [WordTokens], endOfText: Int32) -> [WordTokens] {
        var words: [WordTokens] = []
        for piece in pieces {
            let isSpecial = piece.tokens[0] >= endOfText
            let isPunctuation = SpacedText.contains(asciiPunctuation, SpacedText.stripped(piece.word))
            if isSpecial || SpacedText.beginsWithSpace(piece.word) || isPunctuation || words.isEmpty {
                words.append(piece)
            } else {
                words[words.count - 1].word += piece.word
                words[words.count - 1].tokens += piece.tokens
            }
        }
        return words
    }

    /// **Source** CPython `string.punctuation`.
    private static let asciiPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
}
