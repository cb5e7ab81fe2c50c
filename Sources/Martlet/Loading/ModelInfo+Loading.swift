import Glibc
import MartletEngine
import MartletModelIR
import MartletWeights

extension ModelInfo {
    /// The report of a model that has been loaded.
    init(
        _ opened: OpenedModel, _ configuration: LLMConfiguration, _ engine: EngineConfiguration,
        _ chosen: ChosenBackend
    ) {
        let costs = opened.kvCacheCosts(configuration)
        self.init(
            name: configuration.servedModelName ?? opened.name, origin: opened.origin,
            architecture: opened.checkpoint.config.architecture, numParameters: opened.checkpoint.parameterCount,
            formats: opened.checkpoint.formats.map {
                FormatShare(format: $0.name, numTensors: $0.tensors, bytes: $0.bytes)
            },
            vocabSize: opened.model.vocabSize, maxPositionEmbeddings: opened.model.maxPositionEmbeddings,
            maxModelLen: engine.maxModelLen,
            memory: Memory(
                weightBytes: opened.checkpoint.formats.reduce(0) { $0 + $1.bytes },
                kvBytesPerToken: costs.bytesPerToken, kvCacheBytes: costs.bytes(of: engine),
                numBlocks: engine.numBlocks, blockSize: engine.blockSize),
            enablePrefixCaching: engine.enablePrefixCaching, backend: chosen.name, kernels: chosen.kernels,
            numThreads: chosen.numThreads, kvCacheDType: configuration.effectiveKVCacheDType.rawValue,
            created: time(nil))
    }
}
