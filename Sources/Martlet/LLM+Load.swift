import MartletEngine
import MartletJSON
import MartletModelIR
import MartletTokenizers
import MartletWeights

extension LLM {
    /// Loads a folder, a `.gguf` file, a hub model or the built-in model.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` (with the numbers when memory is short) or `unsupported`.
    public static func load(
        _ configuration: LLMConfiguration = LLMConfiguration(),
        progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> LLM {
        try await load(OpenedModel.open(configuration, progress: progress), configuration, progress: progress)
    }

    static func load(
        _ opened: OpenedModel, _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)?
    ) async throws(LLMError) -> LLM {
        progress?(LoadProgress(phase: .compile, detail: opened.name))
        let llm = try await BlockingWork.run { () throws(LLMError) in try LLM(opened, configuration) }
        progress?(LoadProgress(phase: .ready, detail: opened.name))
        return llm
    }

    private convenience init(_ opened: OpenedModel, _ configuration: LLMConfiguration) throws(LLMError) {
        let text = try ModelText(opened, configuration)
        let engineConfiguration = try Self.engineConfiguration(opened, configuration)
        let chosen = try ChosenBackend(configuration)
        let runner = try Self.makeRunner(opened, configuration, engineConfiguration, chosen)
        self.init(
            info: ModelInfo(opened, configuration, engineConfiguration, chosen), text: text,
            configuration: configuration,
            client: EngineClient(configuration: engineConfiguration, runner: runner))
    }

    /// The engine's limits, with a cache that fits the memory.
    private static func engineConfiguration(
        _ opened: OpenedModel, _ configuration: LLMConfiguration
    ) throws(LLMError) -> EngineConfiguration {
        let plan = try KVCachePlan.make(opened.kvCacheInputs(configuration))
        var engine = EngineConfiguration(maxModelLen: plan.maxModelLen, numBlocks: plan.numBlocks)
        engine.hasFullLayers = opened.kvCacheCosts(configuration).fullBytesPerToken != nil
        engine.windows = plan.windows
        engine.numStateCheckpoints = plan.numStateCheckpoints
        engine.longRotaryLength = opened.program.longRotaryLength
        engine.maxNumSeqs = configuration.maxNumSeqs
        engine.enablePrefixCaching = configuration.enablePrefixCaching
        try engine.adopt(configuration)
        return engine
    }

    private static func makeRunner(
        _ opened: OpenedModel, _ configuration: LLMConfiguration, _ engine: EngineConfiguration,
        _ chosen: ChosenBackend
    ) throws(LLMError) -> sending BackendModelRunner {
        var options = CompileOptions(
            maxNumBatchedTokens: engine.maxNumBatchedTokens, maxNumSeqs: engine.maxNumSeqs,
            maxLogitRows: engine.maxLogitRows, maxModelLen: engine.maxModelLen,
            float32Arithmetic: configuration.dtype == .float32)
        options.profile = configuration.profile
        do {
            let executable = try chosen.backend.compile(opened.program, weights: opened.weights, options: options)
            let kvCache = try chosen.backend.makeKVCache(
                engine.cacheLayout(opened.model.kvCacheSpecs), dtype: configuration.effectiveKVCacheDType)
            return BackendModelRunner(
                executable: executable, kvCache: kvCache,
                sampler: chosen.backend.makeSampler(vocabSize: opened.model.vocabSize), configuration: engine,
                profile: configuration.profile)
        } catch {
            throw .cannotLoad("\(opened.origin): \(error)")
        }
    }
}
