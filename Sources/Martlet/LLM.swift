public import MartletChat
public import MartletEngine
import MartletGrammar
import MartletJSON
public import MartletTokenizers

/// A loaded model that serves requests: text or token ids in, events out.
public final class LLM: Sendable {
    /// What was loaded.
    public let info: ModelInfo
    /// The sampling values requests start from.
    public let samplingDefaults: SamplingDefaults
    /// A warning when the model's family is known to need other values than its files give; else nil.
    public let samplingAdvice: String?
    let chatTemplates: ModelChatTemplates
    let chatFormats: ChatFormats
    let mistral: MistralPrompt?
    let chatTemplateContentFormat: ChatTemplateContentFormat?
    let defaultChatTemplateKwargs: JSONObject
    let loadedTokenizer: Tokenizer?
    let maxLogprobs: Int
    let client: EngineClient
    let grammars: GrammarService?
    let enablesGrammarInReasoning: Bool

    init(info: ModelInfo, text: ModelText, configuration: LLMConfiguration, client: EngineClient) {
        self.info = info
        samplingDefaults = text.samplingDefaults
        samplingAdvice = SamplingAdvice.warning(
            architecture: info.architecture, defaults: text.samplingDefaults, flag: configuration.generationConfig)
        loadedTokenizer = text.tokenizer
        chatTemplates = text.chatTemplates
        chatFormats = text.chatFormats
        mistral = text.mistral
        chatTemplateContentFormat = configuration.chatTemplateContentFormat
        defaultChatTemplateKwargs = configuration.defaultChatTemplateKwargs
        maxLogprobs = configuration.maxLogprobs
        self.client = client
        enablesGrammarInReasoning = configuration.structuredOutputs.enableInReasoning
        let (vocabSize, ends) = (info.vocabSize, text.samplingDefaults.eosTokenIDs)
        grammars = text.tokenizer.map { tokenizer in
            GrammarService(configuration.structuredOutputs, concurrency: max(info.numThreads / 2, 1)) {
                TokenVocabulary(tokenizer, size: vocabSize, endOfSequence: ends)
            }
        }
    }

    /// The model's tokenizer; there is none when the configuration said not to load it.
    public var tokenizer: Tokenizer {
        guard let loadedTokenizer else { preconditionFailure("the model was loaded without its tokenizer") }
        return loadedTokenizer
    }

    /// The model's chat template for requests without tools, or the one the configuration gave.
    public var chatTemplate: ChatTemplate? { chatTemplates.standard }

    /// Whether the model takes conversations: it has a chat template, or its tokenizer file tells how they are encoded.
    public var acceptsChats: Bool { chatTemplates.mostTelling != nil || mistral != nil }

    /// vLLM's names of the formats in which the model writes tool calls and reasoning, where they are known.
    public var outputFormats: (toolCalls: String?, reasoning: String?) {
        (chatFormats.toolCalls?.name, chatFormats.reasoning?.name)
    }

    /// What the engine is doing now and has done so far.
    public var statistics: EngineStatistics { client.statistics }

    /// Asserts the invariants of scheduler and cache.
    public func checkIntegrity() async { await client.checkIntegrity() }

    /// Forgets all cached prefixes; false, with nothing changed, while requests run.
    public func resetPrefixCache() async -> Bool { await client.resetPrefixCache() }

    /// Stops: takes no more requests, waits at most `drainTimeout` for those in flight, aborts the rest; nil aborts all.
    public func shutDown(drainTimeout: Duration? = nil) async { await client.shutDown(drainTimeout: drainTimeout) }
}
