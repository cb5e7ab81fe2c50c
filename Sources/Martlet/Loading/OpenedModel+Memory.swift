import MartletModelIR
import MartletWeights

extension OpenedModel {
    /// What the KV cache is planned from.
    ///
    /// **Throws** `cannotLoad` when more tokens are asked for than the model was made for.
    func kvCacheInputs(_ configuration: LLMConfiguration) throws(LLMError) -> KVCachePlan.Inputs {
        if let asked = configuration.maxModelLen, asked > model.maxPositionEmbeddings {
            throw .cannotLoad(
                "--max-model-len \(asked) is more than the \(model.maxPositionEmbeddings) tokens \(name) was made for")
        }
        return KVCachePlan.Inputs(
            bytesPerToken: kvBytesPerToken(configuration), blockSize: configuration.blockSize,
            requestedMaxModelLen: configuration.maxModelLen, modelMaxLen: model.maxPositionEmbeddings,
            maxNumSeqs: configuration.maxNumSeqs, requestedBytes: configuration.kvCacheMemoryBytes,
            availableBytes: max(SystemMemory.availableBytes() - checkpoint.totalBytes, 0))
    }

    /// Keys and values of one token over all layers.
    func kvBytesPerToken(_ configuration: LLMConfiguration) -> Int {
        let dtype = configuration.effectiveKVCacheDType
        return model.kvCacheSpecs.reduce(0) { $0 + dtype.bytesPerToken($1) }
    }
}
