/// A word with its times in seconds from the window's beginning.
struct WordTiming: Sendable, Hashable {
    var word: String
    var tokens: [Int32]
    var start: Double
    var end: Double
    var probability: Double

    /// Merged into these by default.
    ///
    /// **Source** openai-whisper `add_word_timestamps`.
    static let prependedPunctuation = "\"'“¿([{-"
    static let appendedPunctuation = "\"'.。,，!！?？:：”)]}、"
}

extension WordTiming {
    /// The times of words along a path whose rows are `<|notimestamps|>` and all text tokens but the last.
    ///
    /// `words` end with the end of the text; `probabilities` are one per text token.
    /// **Source** openai-whisper `find_alignment`.
    static func timings(
        of words: [WordTokens], along path: DynamicTimeWarping, probabilities: [Double]
    ) -> [WordTiming] {
        guard words.count > 1 else { return [] }
        // The frame at which the path comes to each token.
        var jumps: [Double] = []
        for (index, row) in path.rows.enumerated() where index == 0 || row != path.rows[index - 1] {
            jumps.append(Double(path.columns[index]) / framesPerSecond)
        }
        var timings: [WordTiming] = []
        var first = 0
        for word in words.dropLast() {
            let end = first + word.tokens.count
            guard end < jumps.count, end <= probabilities.count else { break }
            let probability = probabilities[first..<end].reduce(0, +) / Double(max(word.tokens.count, 1))
            timings.append(
                WordTiming(
                    word: word.word, tokens: word.tokens, start: jumps[first], end: jumps[end],
                    probability: probability))
            first = end
        }
        return timings
    }

    /// Encoder positions per second.
    ///
    /// **Source** openai-whisper `TOKENS_PER_SECOND`.
    private static let framesPerSecond = 50.0

    /// Joins punctuation to the words it belongs to, which leaves empty words behind.
    ///
    /// **Source** openai-whisper `merge_punctuations`.
    static func mergePunctuation(_ words: inout [WordTiming]) {
        guard words.count > 1 else { return }
        var following = words.count - 1
        for previous in stride(from: words.count - 2, through: 0, by: -1) {
            let word = words[previous].word
            guard SpacedText.beginsWithSpace(word),
                SpacedText.contains(prependedPunctuation, SpacedText.stripped(word))
            else {
                following = previous
                continue
            }
            words[following].word = word + words[following].word
            words[following].tokens = words[previous].tokens + words[following].tokens
            words[previous].word = ""
            words[previous].tokens = []
        }
        var previous = 0
        for following in 1..<words.count {
            guard !SpacedText.endsWithSpace(words[previous].word),
                SpacedText.contains(appendedPunctuation, words[following].word)
            else {
                previous = following
                continue
            }
            words[previous].word += words[following].word
            words[previous].tokens += words[following].tokens
            words[following].word = ""
            words[following].tokens = []
        }
    }
}
