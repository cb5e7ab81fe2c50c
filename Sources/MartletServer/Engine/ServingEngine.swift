public import Martlet
public import MartletChat
public import MartletEngine
public import MartletGrammar
public import MartletJSON

/// What all endpoints need of a loaded model.
public protocol ServedEngine: Sendable {
    /// Fixed facts about the model.
    var servedModel: ServedModel { get }

    /// What the engine is doing now.
    var load: EngineStatistics { get }

    /// The token ids of a text.
    func encode(_ text: String, addSpecialTokens: Bool) throws(LLMError) -> [Int32]

    /// The text of token ids.
    ///
    /// **Throws** `LLMError.invalidRequest` for an id outside the vocabulary.
    func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool) throws(LLMError) -> String

    /// The UTF-8 bytes one token stands for, possibly a part of a character; special tokens give their name.
    func bytes(ofToken tokenID: Int32) -> [UInt8]

    /// The token as the vocabulary spells it, for instance `Ġthe`.
    func vocabularyEntry(_ tokenID: Int32) -> String

    /// Stops serving; nil aborts what runs at once.
    func shutDown(drainTimeout: Duration?) async
}

/// A model that generates text; `LLM` is one, tests bring their own.
public protocol ServingEngine: ServedEngine {
    /// The prompt of a conversation, and how its answers are read.
    func prepare(_ chat: ChatPrompt) throws(LLMError) -> PreparedChat

    /// What a request samples with and where each value comes from.
    func samplingParameters(of request: GenerationRequest) throws(LLMError) -> [SamplingParameter]

    /// The grammar of what a request asks of its output; the same one for equal outputs.
    func grammar(for output: StructuredOutput) async throws(LLMError) -> CompiledGrammar

    /// Starts the outputs of one prompt; dropping the sequence or cancelling its reader aborts them.
    func events(
        for request: GenerationRequest
    ) async throws(LLMError) -> any AsyncSequence<GenerationEvent, LLMError> & Sendable
}

/// A model that gives embeddings or scores; `PoolingModel` is one. Cancelling the calling task takes a request back.
public protocol PoolingServingEngine: ServedEngine {
    /// What the model gives.
    var task: PoolingModel.Task { get }

    /// Names of the labels it scores; empty for embeddings.
    var labels: [String] { get }

    /// The embedding of every input.
    func embed(_ inputs: [PoolingInput], options: PoolingOptions) async throws(LLMError) -> PoolingResult

    /// The labels' scores of every input.
    func classify(_ inputs: [PoolingInput], options: PoolingOptions) async throws(LLMError) -> PoolingResult

    /// How well each second text answers the first; `first` has one text for all or as many as `second`.
    func score(
        _ first: [String], _ second: [String], instruction: String?, options: PoolingOptions
    ) async throws(LLMError) -> PoolingResult
}

/// Fixed facts about a model, for `/v1/models`, `/tokenize` and `/metrics`.
public struct ServedModel: Sendable, Hashable {
    /// The name requests use when the configuration gives none.
    public var name: String
    /// Where it was loaded from.
    public var root: String
    /// Most tokens of one request, prompt and output together.
    public var maxModelLen: Int
    /// Token slots of one KV block.
    public var blockSize: Int
    /// KV blocks.
    public var numBlocks: Int
    /// Whether equal prefixes share blocks.
    public var enablePrefixCaching: Bool
    /// Element type of the KV cache.
    public var kvCacheDType: String
    /// What requests sample with unless they say otherwise.
    public var samplingDefaults: [SamplingParameter] = []

    /// A model's facts.
    public init(
        name: String, root: String, maxModelLen: Int, blockSize: Int = 16, numBlocks: Int = 0,
        enablePrefixCaching: Bool = true, kvCacheDType: String = "auto"
    ) {
        self.name = name
        self.root = root
        self.maxModelLen = maxModelLen
        self.blockSize = blockSize
        self.numBlocks = numBlocks
        self.enablePrefixCaching = enablePrefixCaching
        self.kvCacheDType = kvCacheDType
    }
}

/// A conversation to be rendered.
public struct ChatPrompt: Sendable, Hashable {
    /// Messages as OpenAI objects whose contents are plain strings, lists of text parts or null.
    public var messages: [JSONValue]
    /// Tool definitions as OpenAI objects.
    public var tools: [JSONValue] = []
    /// Who decides whether tools are called.
    public var toolChoice = ToolChoice.auto
    /// Whether one answer may hold several calls.
    public var allowsParallelToolCalls = true
    /// Source of a template that takes the place of the model's own.
    public var chatTemplate: String?
    /// Ends the prompt with the assistant's turn opened.
    public var addGenerationPrompt = true
    /// Leaves the last message open, to be continued.
    public var continueFinalMessage = false
    /// Documents for retrieval templates.
    public var documents: [JSONValue] = []
    /// Further variables of the template.
    public var templateVariables = JSONObject()

    /// A conversation.
    public init(messages: [JSONValue]) { self.messages = messages }

    /// Whether tool calls in the answer are told from its content.
    public var parsesToolCalls: Bool { toolChoice != .none && !tools.isEmpty }
}
