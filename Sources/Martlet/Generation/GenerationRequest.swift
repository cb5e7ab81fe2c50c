public import MartletChat
public import MartletGrammar

/// One prompt and how to go on from it.
public struct GenerationRequest: Sendable {
    /// What to continue.
    public enum Prompt: Sendable, Hashable {
        /// Text, encoded with the model's tokenizer.
        case text(String)
        /// Vocabulary indices, at least one.
        case tokenIDs([Int32])
    }

    /// What to continue.
    public var prompt: Prompt
    /// Adds what the tokenizer puts around text, such as a beginning-of-sequence id; false for rendered chats.
    public var addSpecialTokens = true
    /// Outputs wanted for the prompt.
    public var n = 1
    /// Strings that end the output; they may span tokens.
    public var stop: [String] = []
    /// Leaves the stop string at the end of the text.
    public var includeStopStringInOutput = false
    /// Leaves special tokens out of the text.
    public var skipSpecialTokens: Bool?
    /// Special tokens that stay in the text all the same, such as those that mark tool calls.
    public var keptSpecialTokens: Set<Int32> = []
    /// Sampling; nil fields take the model's defaults.
    public var sampling = SamplingOverrides()
    /// What every output must look like.
    public var structuredOutput: StructuredOutput?
    /// The grammar of `structuredOutput`, where it was compiled before.
    public var grammar: CompiledGrammar?
    /// The reasoning that the model may write before what must look so.
    public var reasoning: ReasoningBoundary?
    /// Alternatives per generated token; -1 asks for the whole vocabulary; nil reports nothing.
    public var logprobs: Int?
    /// Alternatives per prompt token; nil reports nothing.
    public var promptLogprobs: Int?
    /// Lower runs first under the priority policy.
    public var priority = 0
    /// Only requests of equal salt share cached prefixes.
    public var cacheSalt: String?

    /// A request with the model's sampling defaults.
    public init(prompt: Prompt, sampling: SamplingOverrides = SamplingOverrides()) {
        self.prompt = prompt
        self.sampling = sampling
    }
}
