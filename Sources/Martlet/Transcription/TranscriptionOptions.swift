/// How speech becomes text; names and defaults as openai-whisper's and faster-whisper's `transcribe`.
public struct TranscriptionOptions: Sendable, Hashable {
    /// What the text is.
    public enum Task: String, Sendable, Hashable, CaseIterable {
        /// What was said, in the language it was said in.
        case transcribe
        /// What was said, in English.
        case translate
    }

    /// What the text is.
    public var task = Task.transcribe
    /// The spoken language as a code or an English name, such as `de` or `german`; nil: it is detected.
    public var language: String?
    /// What came before, or names and spellings to expect: put before the window as previous text.
    public var initialPrompt: String?
    /// Words to expect, put before every window.
    public var hotwords: String?
    /// Tried one after the other until a window's text is good enough.
    public var temperatures: [Float] = [0, 0.2, 0.4, 0.6, 0.8, 1]
    /// Samples of a window at a temperature above 0, of which the most probable is taken.
    public var bestOf = 5
    /// A window whose text can be compressed further than this repeats itself: the next temperature is tried; nil: never.
    public var compressionRatioThreshold: Double? = 2.4
    /// A window whose tokens have a lower mean log-probability: the next temperature is tried; nil: never.
    public var logprobThreshold: Double? = -1
    /// A window without speech at least this probably, whose text is improbable too, has no text; nil: never.
    public var noSpeechThreshold: Double? = 0.6
    /// Windows are decoded one after the other, each with the text before it, as openai-whisper does.
    public var conditionOnPreviousText = false
    /// Segments with times; without, every window is one segment.
    public var timestamps = true
    /// Times of every word.
    public var wordTimestamps = false
    /// Latest time of the first timestamp of a window, in seconds; nil: any.
    public var maxInitialTimestamp: Double? = 1
    /// Token ids that never come; `-1` stands for the symbols that nobody speaks. nil: as the model's files say.
    public var suppressTokens: [Int32]?
    /// A window does not begin with a space or the end.
    public var suppressBlank = true
    /// Silence is left out, and windows are cut where nobody speaks.
    public var vadFilter = true
    /// What counts as speech; nil: the model's configuration.
    public var vadThreshold: Float?
    /// How long a pause must last to end a stretch of speech, in seconds; nil: the model's configuration.
    public var vadMinSilenceDuration: Double?
    /// What is kept of the silence around a stretch of speech, in seconds; nil: the model's configuration.
    public var vadSpeechPad: Double?
    /// Keep the smallest set whose probability reaches this, in (0, 1].
    public var topP: Float = 1
    /// Keep the k most probable tokens; 0 keeps all.
    public var topK = 0
    /// In [0, 1].
    public var minP: Float = 0
    /// Over a window's text; 1 is neutral.
    public var repetitionPenalty: Float = 1
    /// Over a window's text.
    public var presencePenalty: Float = 0
    /// Over a window's text.
    public var frequencyPenalty: Float = 0
    /// Equal seeds give equal texts; nil draws one.
    public var seed: UInt64?
    /// Most tokens of a window; nil: as many as the model has positions for.
    public var maxTokensPerWindow: Int?

    /// The defaults of openai-whisper, but windows independent of each other and cut at silence.
    public init() {}
}
