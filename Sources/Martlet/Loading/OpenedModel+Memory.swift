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
            costs: kvCacheCosts(configuration), requestedMaxModelLen: configuration.maxModelLen,
            modelMaxLen: model.maxPositionEmbeddings, maxNumSeqs: configuration.maxNumSeqs,
            enablePrefixCaching: configuration.enablePrefixCaching, requestedBytes: configuration.kvCacheMemoryBytes,
            availableBytes: max(SystemMemory.availableBytes() - checkpoint.totalBytes, 0))
    }

    /// What the caches of its layers cost.
    func kvCacheCosts(_ configuration: LLMConfiguration) -> KVCacheCosts {
        let dtype = configuration.effectiveKVCacheDType
        let layout = KVCacheLayout(model.kvCacheSpecs, numBlocks: 1, blockSize: configuration.blockSize)
        var costs = KVCacheCosts(
            blockSize: configuration.blockSize, maxNumBatchedTokens: configuration.maxNumBatchedTokens)
        for group in layout.groups {
            let bytesPerToken = group.layers.reduce(0) { $0 + dtype.bytesPerToken(layout.specs[$1]) }
            switch group.kind {
            case .full: costs.fullBytesPerToken = bytesPerToken
            case .slidingWindow(let window):
                costs.windows.append(KVCacheCosts.Window(window: window, bytesPerToken: bytesPerToken))
            }
        }
        if layout.isRecurrent { costs.stateBytes = layout.stateBytesPerSlot }
        return costs
    }
}
