/// The ids of Whisper's special tokens and what the model's files say about choosing tokens.
struct WhisperTokens: Sendable, Hashable {
    /// Ends the text; ids below are text.
    var endOfText: Int32
    var startOfTranscript: Int32
    /// nil where the model is for English alone.
    var translate: Int32?
    /// nil where the model is for English alone.
    var transcribe: Int32?
    var startOfLM: Int32?
    /// Stands before the previous text; nil where the model has no such token.
    var startOfPrev: Int32?
    /// Its probability at the beginning is that nobody speaks; nil where the model has no such token.
    var noSpeech: Int32?
    var noTimestamps: Int32
    /// `<|0.00|>`; every id from here on is 0.02 s later than the one before.
    var timestampBegin: Int32
    /// Columns of the logits.
    var vocabSize: Int
    /// Tokens of the languages, in their order; empty where the model is for English alone.
    var languages: [Language] = []
    /// What a window does not begin with, beside the end: the ids of " ".
    var blank: [Int32] = []
    /// What never comes unless the request says otherwise.
    var suppressed: [Int32] = []
    /// Symbols that nobody speaks, which `-1` stands for.
    var nonSpeech: [Int32] = []

    struct Language: Sendable, Hashable {
        var code: String
        var id: Int32
    }

    var isMultilingual: Bool { !languages.isEmpty }

    func isTimestamp(_ id: Int32) -> Bool { id >= timestampBegin }

    /// Seconds between timestamps.
    ///
    /// **Source** openai-whisper `time_precision`.
    static let timePrecision = 0.02
    /// Frames of 10 ms between timestamps.
    static let framesPerTimestamp = 2

    /// The ids that never come when a request asks to suppress `asked`.
    ///
    /// **Source** openai-whisper `DecodingTask._get_suppress_tokens`.
    func suppressedTokens(_ asked: [Int32]?) -> [Int32] {
        var ids =
            asked.map { asked in
                asked.filter { $0 >= 0 } + (asked.contains { $0 < 0 } ? nonSpeech : [])
            } ?? suppressed
        ids += [transcribe, translate, startOfTranscript, startOfPrev, startOfLM, noSpeech].compactMap { $0 }
        return Set(ids).filter { Int($0) < vocabSize }.sorted()
    }
}
