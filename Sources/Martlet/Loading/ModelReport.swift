public import MartletModelIR
import MartletTokenizers
import MartletWeights

/// What a model is and what it would need, worked out without packing weights or starting an engine.
public struct ModelReport: Sendable {
    /// The name it was asked for by.
    public var name: String
    /// Weight files.
    public var files: [String]
    /// `architectures` entry.
    public var architecture: String
    /// Elements of all weights.
    public var numParameters: Int
    /// Storage formats, largest first.
    public var formats: [ModelInfo.FormatShare]
    /// Columns of the logits.
    public var vocabSize: Int
    /// Layers with a KV cache.
    public var numLayers: Int
    /// Positions the checkpoint was made for.
    public var maxPositionEmbeddings: Int
    /// Tokens the memory figures are for.
    public var maxModelLen: Int
    /// Bytes of all weights as stored.
    public var weightBytes: Int
    /// KV cache of one token over all layers that keep something per token.
    public var kvBytesPerToken: Int
    /// `float32`, `bfloat16` or `int8`.
    public var kvCacheDType: String
    /// KV cache of one request of `maxModelLen` tokens: of a sliding window what is held at a time, and the states.
    public var kvBytesPerRequest: Int
    /// Blocks the KV cache would have for layers that read all tokens; nil when the memory is short, and `kvCacheProblem` says how.
    public var numBlocks: Int?
    /// Why the KV cache would not fit.
    public var kvCacheProblem: String?
    /// Memory the process may take, in bytes.
    public var availableBytes: Int
    /// What kind of tokenizer there is, or why it cannot be used.
    public var tokenizer: String
    /// Where the tokenizer comes from.
    public var tokenizerOrigin: String
    /// The chat template's source text.
    public var chatTemplate: String?
    /// Where the chat template comes from; nil without one.
    public var chatTemplateOrigin: String?
    /// Sampling defaults with their sources.
    public var samplingDefaults: SamplingDefaults

    /// The values the model was made with: where each came from, and by which rule.
    public var derivations: [Derivation]

    /// Opens the files a configuration names and reports on them.
    ///
    /// **Throws** as `LLM.load`, but not for a tokenizer that cannot be used or memory that is short: it reports those.
    public static func make(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> ModelReport {
        let opened = try await OpenedModel.open(configuration, progress: progress)
        return try await BlockingWork.run { () throws(LLMError) in try ModelReport(opened, configuration) }
    }

    private init(_ opened: OpenedModel, _ configuration: LLMConfiguration) throws(LLMError) {
        let checkpoint = opened.checkpoint
        name = opened.name
        files = checkpoint.files
        architecture = opened.checkpoint.config.architecture
        derivations = opened.checkpoint.config.derivations
        numParameters = checkpoint.parameterCount
        formats = checkpoint.formats.map { .init(format: $0.name, numTensors: $0.tensors, bytes: $0.bytes) }
        vocabSize = opened.model.vocabSize
        numLayers = opened.model.kvCacheSpecs.count
        maxPositionEmbeddings = opened.model.maxPositionEmbeddings
        weightBytes = checkpoint.formats.reduce(0) { $0 + $1.bytes }
        kvCacheDType = configuration.effectiveKVCacheDType.rawValue
        let inputs = try opened.kvCacheInputs(configuration)
        availableBytes = inputs.availableBytes
        maxModelLen = inputs.requestedMaxModelLen ?? inputs.modelMaxLen
        kvBytesPerToken = inputs.costs.bytesPerToken
        kvBytesPerRequest = inputs.costs.bytes(ofRequest: maxModelLen)
        do { numBlocks = try KVCachePlan.make(inputs).numBlocks } catch { kvCacheProblem = error.description }
        var eos: [Int32] = []
        switch checkpoint.tokenizer {
        case .huggingFace(let directory): tokenizerOrigin = directory
        case .gguf: tokenizerOrigin = "GGUF metadata"
        }
        if let replacement = configuration.tokenizer { tokenizerOrigin = replacement }
        do {
            let loaded = try TokenizerLoading.load(checkpoint.tokenizer, for: configuration).tokenizer
            tokenizer = "\(loaded.kind), \(loaded.vocabSize) tokens"
            eos = loaded.eosTokenIDs
        } catch {
            tokenizer = "cannot be used: \(error.description)"
        }
        chatTemplate = configuration.chatTemplate ?? checkpoint.chatTemplate
        if chatTemplate != nil { chatTemplateOrigin = configuration.chatTemplate == nil ? "model" : "--chat-template" }
        samplingDefaults = try SamplingDefaults.load(
            SamplingDefaults.Inputs(opened, configuration, tokenizerEOS: eos))
    }
}
