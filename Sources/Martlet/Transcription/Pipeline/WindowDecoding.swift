/// What the loops that transcribe need of a model: windows of audio in, tokens and probabilities out.
///
/// Tests put a decoder with known answers in its place.
protocol WindowDecoding: Sendable {
    /// What the encoder reads; the same object is encoded once.
    associatedtype Input: Sendable

    var vocabulary: WhisperTokens { get }
    /// Positions of the decoder.
    var context: Int { get }

    /// Ids of a text, without special tokens.
    func tokens(of text: String) -> [Int32]
    /// The bytes an id stands for; those of special tokens are their names.
    func bytes(of id: Int32) -> [UInt8]

    /// Makes the encoder's input of at most 480,000 samples; takes a while, and is called on a thread that may be blocked.
    func input(of samples: [Float]) -> Input

    /// Decodes a window `sampling.numSamples` times; stops when the task is cancelled.
    func attempts(
        at input: Input, prompt: DecoderPrompt, rules: WhisperTokenRules, sampling: WindowSampling
    ) async throws(LLMError) -> WindowAttempts

    /// The probability of each of `vocabulary.languages`, which add up to 1.
    func languageProbabilities(of input: Input) async throws(LLMError) -> [Double]

    /// Which frames the tokens of a text belong to.
    func alignment(
        of text: [Int32], startSequence: [Int32], at input: Input, numFrames: Int
    ) async throws(LLMError) -> TextAlignment
}

extension WindowDecoding {
    /// The text of some tokens; timestamps and the ids between text and timestamps have none.
    func text(of tokens: [Int32]) -> String {
        String(decoding: tokens.filter { $0 < vocabulary.endOfText }.flatMap(bytes), as: UTF8.self)
    }

    /// The text of some tokens with the names of special ones, as repetition is measured in openai-whisper.
    func textWithSpecialTokens(of tokens: [Int32]) -> String {
        String(decoding: tokens.filter { $0 < vocabulary.timestampBegin }.flatMap(bytes), as: UTF8.self)
    }
}

/// How a window's tokens are drawn.
struct WindowSampling: Sendable, Hashable {
    var temperature: Float
    var numSamples = 1
    var maxTokens: Int
    var topP: Float = 1
    var topK = 0
    var minP: Float = 0
    var repetitionPenalty: Float = 1
    var presencePenalty: Float = 0
    var frequencyPenalty: Float = 0
    var seed: UInt64?
}

/// What a decoder made of a window at one temperature.
struct WindowAttempts: Sendable, Hashable {
    var attempts: [WindowAttempt]
    /// nil where the model does not say.
    var noSpeechProb: Double?
    /// Tokens generated, ends included.
    var numGeneratedTokens: Int
}

/// Which frames the tokens of a text belong to.
struct TextAlignment: Sendable, Hashable {
    /// Rows: the tokens before the text, the text, the end.
    var matrix: AlignmentMatrix
    /// Of every token of the text, among text tokens.
    var probabilities: [Double]
}
