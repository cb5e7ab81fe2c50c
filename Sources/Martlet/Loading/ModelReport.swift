public import MartletModelIR
import MartletModels
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
    /// Layers with attention or a recurrence.
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
    /// States of the recurrent layers, which every running request has one of; 0 without such layers.
    public var stateBytesPerRequest = 0
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
    /// Sampling defaults with their sources; nil for a model of embeddings or scores.
    public var samplingDefaults: SamplingDefaults?
    /// How hidden states become embeddings or scores; nil for a model that generates text.
    public var pooling: String?
    /// Columns of an embedding, or scores; 0 for a model that generates text.
    public var poolingWidth = 0
    /// Names of a classifier's labels.
    public var labels: [String] = []
    /// What a model that turns speech into text hears and understands; nil for others.
    public var transcription: String?
    /// Bytes of what one window's encoder hands the decoder; 0 for a model that hears nothing.
    public var crossBytesPerWindow = 0
    /// The values the model was made with: where each came from, and by which rule.
    public var derivations: [Derivation]

    /// Opens the files a configuration names and reports on them.
    ///
    /// **Throws** as `LoadedModel.load`, but not for a tokenizer that cannot be used or memory that is short: it
    /// reports those.
    public static func make(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> ModelReport {
        let opened = try await OpenedCheckpoint.open(configuration, progress: progress)
        return try await BlockingWork.run { () throws(LLMError) in
            if configuration.runner == .auto, opened.registry.isTranscription(opened.checkpoint.config) {
                return try ModelReport(transcription: opened, configuration)
            }
            return try opened.isForPooling(configuration)
                ? ModelReport(pooling: opened, configuration) : ModelReport(OpenedModel(opened), configuration)
        }
    }

    private init(_ opened: OpenedModel, _ configuration: LLMConfiguration) throws(LLMError) {
        self.init(opened.name, opened.checkpoint, opened.model, opened.program, configuration)
        let inputs = try opened.kvCacheInputs(configuration)
        availableBytes = inputs.availableBytes
        maxModelLen = inputs.requestedMaxModelLen ?? inputs.modelMaxLen
        kvBytesPerToken = inputs.costs.bytesPerToken
        stateBytesPerRequest = inputs.costs.stateBytes ?? 0
        kvBytesPerRequest = inputs.costs.bytes(ofRequest: maxModelLen)
        do { numBlocks = try KVCachePlan.make(inputs).numBlocks } catch { kvCacheProblem = error.description }
        let loaded = readTokenizer(opened.checkpoint, configuration)
        chatTemplate = configuration.chatTemplate ?? opened.checkpoint.chatTemplate
        if chatTemplate != nil { chatTemplateOrigin = configuration.chatTemplate == nil ? "model" : "--chat-template" }
        samplingDefaults = try SamplingDefaults.load(
            SamplingDefaults.Inputs(opened, configuration, tokenizerEOS: loaded?.eosTokenIDs ?? []))
    }

    private init(pooling opened: OpenedCheckpoint, _ configuration: LLMConfiguration) throws(LLMError) {
        let architecture = try opened.poolingArchitecture()
        let checkpoint = opened.checkpoint
        self.init(opened.name, checkpoint, architecture.model, architecture.program, configuration)
        availableBytes = max(SystemMemory.availableBytes() - checkpoint.totalBytes, 0)
        let loaded = readTokenizer(checkpoint, configuration)
        let files = try opened.folder.flatMap { folder throws(LLMError) in
            try SentenceTransformersFiles(folder: folder)
        }
        let plan = try PoolingPlan(architecture, opened, configuration, files: files, tokenizer: loaded)
        (pooling, poolingWidth, labels) = (plan.settings.joined(separator: "; "), plan.width, plan.labels ?? [])
        maxModelLen = try PoolingModel.maxModelLen(architecture, opened, configuration, files)
    }

    /// What both kinds of models have; caches, tokenizer and what comes out are still missing.
    init(
        _ name: String, _ checkpoint: Checkpoint, _ model: any ModelArchitecture, _ program: Program,
        _ configuration: LLMConfiguration
    ) {
        self.name = name
        files = checkpoint.files
        architecture = checkpoint.config.architecture
        derivations = checkpoint.config.derivations
        numParameters = checkpoint.parameterCount
        formats = checkpoint.formats.map { .init(format: $0.name, numTensors: $0.tensors, bytes: $0.bytes) }
        vocabSize = model.vocabSize
        numLayers = model.kvCacheSpecs.isEmpty ? program.numAttentions : model.kvCacheSpecs.count
        maxPositionEmbeddings = model.maxPositionEmbeddings
        weightBytes = checkpoint.formats.reduce(0) { $0 + $1.bytes }
        kvCacheDType = configuration.effectiveKVCacheDType.rawValue
        (maxModelLen, kvBytesPerToken, kvBytesPerRequest, availableBytes) = (model.maxPositionEmbeddings, 0, 0, 0)
        (tokenizer, tokenizerOrigin) = ("", "")
    }

    mutating func readTokenizer(_ checkpoint: Checkpoint, _ configuration: LLMConfiguration) -> Tokenizer? {
        switch checkpoint.tokenizer {
        case .huggingFace(let directory): tokenizerOrigin = directory
        case .gguf: tokenizerOrigin = "GGUF metadata"
        case .whisper: tokenizerOrigin = "whisper.cpp file"
        }
        if let replacement = configuration.tokenizer { tokenizerOrigin = replacement }
        do {
            let loaded = try TokenizerLoading.load(checkpoint.tokenizer, for: configuration).tokenizer
            tokenizer = "\(loaded.kind), \(loaded.vocabSize) tokens"
            return loaded
        } catch {
            tokenizer = "cannot be used: \(error.description)"
            return nil
        }
    }
}

extension Program {
    /// Layers of an encoder, which keep nothing between steps.
    fileprivate var numAttentions: Int {
        nodes.count { node in
            if case .attention = node.op { true } else { false }
        }
    }
}
