/// A stretch of speech with its text.
public struct TranscriptionSegment: Sendable, Hashable {
    /// Number in the file, from 0.
    public var id: Int
    /// Where its window begins, in frames of 10 ms.
    public var seek: Int
    /// Beginning in seconds from the beginning of the file.
    public var start: Double
    /// End in seconds from the beginning of the file.
    public var end: Double
    /// The text, with the space it begins with.
    public var text: String
    /// Its tokens, timestamps included.
    public var tokens: [Int32]
    /// Temperature of its window.
    public var temperature: Float
    /// Mean log-probability of its window's tokens.
    public var avgLogprob: Double
    /// How far its window's text can be compressed.
    public var compressionRatio: Double
    /// Probability that its window has no speech.
    public var noSpeechProb: Double
    /// Times of its words, where they were asked for.
    public var words: [TranscriptionWord]?

    /// A segment without words.
    public init(
        id: Int, seek: Int, start: Double, end: Double, text: String, tokens: [Int32] = [], temperature: Float = 0,
        avgLogprob: Double = 0, compressionRatio: Double = 1, noSpeechProb: Double = 0,
        words: [TranscriptionWord]? = nil
    ) {
        self.id = id
        self.seek = seek
        self.start = start
        self.end = end
        self.text = text
        self.tokens = tokens
        self.temperature = temperature
        self.avgLogprob = avgLogprob
        self.compressionRatio = compressionRatio
        self.noSpeechProb = noSpeechProb
        self.words = words
    }
}

/// A word with its times.
public struct TranscriptionWord: Sendable, Hashable {
    /// The word, with the space it begins with.
    public var word: String
    /// Beginning in seconds from the beginning of the file.
    public var start: Double
    /// End in seconds from the beginning of the file.
    public var end: Double
    /// Mean probability of its tokens.
    public var probability: Double

    /// A word with its times.
    public init(word: String, start: Double, end: Double, probability: Double) {
        self.word = word
        self.start = start
        self.end = end
        self.probability = probability
    }
}
