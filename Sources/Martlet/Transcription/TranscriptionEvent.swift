/// What a transcription brings, in the order of the file.
public enum TranscriptionEvent: Sendable, Hashable {
    /// The language, once, before any text; the probability is 1 where it was given.
    case language(code: String, probability: Double)
    /// The next segment; the texts of all segments, one behind the other, are the text of the file.
    case segment(TranscriptionSegment)
    /// How much of the file is done, in seconds, and its length as far as it is known.
    case progress(seconds: Double, of: Double?)
    /// The end, once.
    case finished(TranscriptionSummary)
}

/// A whole transcription in numbers.
public struct TranscriptionSummary: Sendable, Hashable {
    /// Length of the audio in seconds.
    public var duration: Double
    /// Code of the language, such as `en`.
    public var language: String
    /// Decoder prompt tokens of all windows.
    public var numPromptTokens: Int
    /// Tokens generated in all windows, those of repeated attempts included.
    public var numGeneratedTokens: Int
    /// Windows decoded.
    public var numWindows: Int

    /// A transcription in numbers.
    public init(
        duration: Double, language: String, numPromptTokens: Int = 0, numGeneratedTokens: Int = 0, numWindows: Int = 0
    ) {
        self.duration = duration
        self.language = language
        self.numPromptTokens = numPromptTokens
        self.numGeneratedTokens = numGeneratedTokens
        self.numWindows = numWindows
    }
}

/// A whole transcription.
public struct Transcription: Sendable, Hashable {
    /// The segments in order.
    public var segments: [TranscriptionSegment] = []
    /// Length, language and counts.
    public var summary: TranscriptionSummary

    /// A transcription of some segments.
    public init(segments: [TranscriptionSegment] = [], summary: TranscriptionSummary) {
        self.segments = segments
        self.summary = summary
    }

    /// The texts of all segments, without the white space around them.
    public var text: String {
        var text = Substring(segments.map(\.text).joined())
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
