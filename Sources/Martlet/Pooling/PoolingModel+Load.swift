import Glibc
import MartletEngine
import MartletModelIR
import MartletModels
import MartletTokenizers
import MartletWeights

extension PoolingModel {
    /// Loads a folder, a `.gguf` file or a hub model as a source of embeddings or scores.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` or `unsupported`.
    public static func load(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> PoolingModel {
        try await load(OpenedCheckpoint.open(configuration, progress: progress), configuration, progress: progress)
    }

    static func load(
        _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)?
    ) async throws(LLMError) -> PoolingModel {
        progress?(LoadProgress(phase: .compile, detail: opened.name))
        let model = try await BlockingWork.run { () throws(LLMError) in try PoolingModel(opened, configuration) }
        progress?(LoadProgress(phase: .ready, detail: opened.name))
        return model
    }

    private convenience init(_ opened: OpenedCheckpoint, _ asked: LLMConfiguration) throws(LLMError) {
        var configuration = asked
        // Nothing is kept between steps, so a cache of full width costs little.
        configuration.kvCacheDType = asked.kvCacheDType ?? .float32
        let architecture = try opened.poolingArchitecture()
        let tokenizer =
            configuration.loadsTokenizer
            ? try TokenizerLoading.load(opened.checkpoint.tokenizer, for: configuration).tokenizer
            : nil
        let files = try opened.folder.flatMap { folder throws(LLMError) in
            try SentenceTransformersFiles(folder: folder)
        }
        let plan = try PoolingPlan(architecture, opened, configuration, files: files, tokenizer: tokenizer)
        let engine = try Self.engineConfiguration(architecture, opened, configuration, files)
        let chosen = try ChosenBackend(configuration)
        let runner = try SequenceRunner(architecture, opened, configuration, engine, chosen)
        self.init(
            Parts(
                info: ModelInfo(architecture, opened, configuration, engine, chosen), plan: plan, tokenizer: tokenizer,
                scorePrompt: Self.scorePrompt(architecture, opened, configuration),
                numTokenTypes: architecture.numTokenTypes,
                engine: PoolingEngine(configuration: engine, runner: runner)))
    }

    private static func scorePrompt(
        _ architecture: PoolingArchitecture, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration
    ) -> ScorePrompt {
        guard architecture.vocabularyProjection != nil else { return .pair }
        return configuration.convert == .classify && opened.checkpoint.config.architecture.hasPrefix("Qwen3")
            ? .qwen3 : .concatenated
    }

    private static func engineConfiguration(
        _ architecture: PoolingArchitecture, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration,
        _ files: SentenceTransformersFiles?
    ) throws(LLMError) -> PoolingConfiguration {
        let most = architecture.model.maxPositionEmbeddings
        if let asked = configuration.maxModelLen, asked > most {
            throw .cannotLoad("--max-model-len \(asked) is more than the \(most) tokens \(opened.name) was made for")
        }
        let maxModelLen = configuration.maxModelLen ?? min(most, files?.maxSeqLength ?? most)
        let maxTokens =
            architecture.needsWholeSequences
            ? max(configuration.maxNumBatchedTokens, maxModelLen) : configuration.maxNumBatchedTokens
        guard maxTokens >= 1, maxModelLen >= 1, configuration.maxNumSeqs >= 1 else {
            throw .cannotLoad("--max-num-batched-tokens, --max-model-len and --max-num-seqs must be at least 1")
        }
        var engine = PoolingConfiguration(maxModelLen: maxModelLen, maxNumBatchedTokens: maxTokens)
        engine.blockSize = configuration.blockSize
        engine.maxNumSeqs = configuration.maxNumSeqs
        engine.maxNumQueuedRequests = configuration.maxNumQueuedRequests
        try checkMemory(architecture, engine, configuration)
        return engine
    }

    /// A step's values and its cache must fit; what a step takes is about four of its widest values.
    private static func checkMemory(
        _ architecture: PoolingArchitecture, _ engine: PoolingConfiguration, _ configuration: LLMConfiguration
    ) throws(LLMError) {
        let widest = architecture.program.nodes.map(\.width).max() ?? 1
        let dtype = configuration.effectiveKVCacheDType
        let cached = architecture.model.kvCacheSpecs.reduce(0) { $0 + dtype.bytesPerToken($1) }
        let available = Double(SystemMemory.availableBytes())
        let needed =
            Double(engine.maxNumBatchedTokens) * Double(widest) * 16
            + Double(engine.numBlocks) * Double(engine.blockSize) * Double(cached)
        guard needed <= available else {
            throw .cannotLoad(
                "inputs of \(engine.maxModelLen) tokens need \(ByteCount(Int(min(needed, 1e18)))), but "
                    + "\(ByteCount(Int(available))) of memory are available; --max-model-len takes less")
        }
    }
}

extension OpenedCheckpoint {
    /// The model as a source of hidden states.
    ///
    /// **Throws** `unsupported`.
    func poolingArchitecture() throws(LLMError) -> PoolingArchitecture {
        do { return try registry.poolingModel(for: checkpoint.config) } catch {
            throw .unsupported("\(origin): \(error)")
        }
    }

    /// The folder the files lie in; nil for GGUF.
    var folder: String? {
        if case .huggingFace(let directory) = checkpoint.tokenizer { directory } else { nil }
    }
}

extension PoolingArchitecture {
    /// Rows of the token type table, 1 without one.
    var numTokenTypes: Int {
        program.nodes.lazy.compactMap { node in
            if case .embed(let table, .tokenType) = node.op { table.shape[0] } else { nil }
        }.first ?? 1
    }
}

extension SequenceRunner {
    /// **Throws** `cannotLoad`.
    convenience init(
        _ architecture: PoolingArchitecture, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration,
        _ engine: PoolingConfiguration, _ chosen: ChosenBackend
    ) throws(LLMError) {
        var options = CompileOptions(
            maxNumBatchedTokens: engine.maxNumBatchedTokens, maxNumSeqs: engine.maxNumSeqs,
            maxLogitRows: engine.maxNumBatchedTokens, maxModelLen: engine.maxModelLen,
            float32Arithmetic: configuration.dtype == .float32)
        options.profile = configuration.profile
        do {
            let executable = try chosen.backend.compile(
                architecture.program, weights: architecture.weights(opened.checkpoint.weights), options: options)
            let kvCache = try chosen.backend.makeKVCache(
                KVCacheLayout(
                    architecture.model.kvCacheSpecs, numBlocks: engine.numBlocks, blockSize: engine.blockSize,
                    numStateSlots: engine.maxNumSeqs),
                dtype: configuration.effectiveKVCacheDType)
            self.init(
                program: architecture.program, executable: executable, kvCache: kvCache,
                vocabSize: architecture.model.vocabSize, configuration: engine)
        } catch {
            throw .cannotLoad("\(opened.origin): \(error)")
        }
    }
}

extension ModelInfo {
    /// The report of a pooling model that has been loaded.
    init(
        _ architecture: PoolingArchitecture, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration,
        _ engine: PoolingConfiguration, _ chosen: ChosenBackend
    ) {
        let checkpoint = opened.checkpoint
        let dtype = configuration.effectiveKVCacheDType
        let bytesPerToken = architecture.model.kvCacheSpecs.reduce(0) { $0 + dtype.bytesPerToken($1) }
        let numBlocks = bytesPerToken == 0 ? 0 : engine.numBlocks
        self.init(
            name: configuration.servedModelName ?? opened.name, origin: opened.origin,
            architecture: checkpoint.config.architecture, numParameters: checkpoint.parameterCount,
            formats: checkpoint.formats.map { FormatShare(format: $0.name, numTensors: $0.tensors, bytes: $0.bytes) },
            vocabSize: architecture.model.vocabSize, maxPositionEmbeddings: architecture.model.maxPositionEmbeddings,
            maxModelLen: engine.maxModelLen,
            memory: Memory(
                weightBytes: checkpoint.formats.reduce(0) { $0 + $1.bytes }, kvBytesPerToken: bytesPerToken,
                kvCacheBytes: bytesPerToken * engine.blockSize * numBlocks, numBlocks: numBlocks,
                blockSize: engine.blockSize),
            enablePrefixCaching: false, backend: chosen.name, kernels: chosen.kernels,
            numThreads: chosen.numThreads, kvCacheDType: dtype.rawValue, created: time(nil))
    }
}
