/// How large the KV cache gets, and how long a request may be.
struct KVCachePlan: Hashable {
    /// Blocks to allocate.
    var numBlocks: Int
    /// Most tokens of one request.
    var maxModelLen: Int

    /// What a plan is made from.
    struct Inputs {
        /// Keys and values of one token over all layers.
        var bytesPerToken: Int
        var blockSize: Int
        /// `--max-model-len`, or nil for the model's own.
        var requestedMaxModelLen: Int?
        /// Positions the model was made for.
        var modelMaxLen: Int
        var maxNumSeqs: Int
        /// `--kv-cache-memory-bytes`.
        var requestedBytes: Int?
        /// Memory the process may still take, weights already counted.
        var availableBytes: Int
    }

    /// Share of the available memory the cache takes unasked.
    private static let usualShare = 0.25
    /// Share it may take where one request of full length needs it.
    private static let largestShare = 0.6

    /// Chooses the size; what all requests of full length need is enough, and one request of full length must fit.
    ///
    /// **Throws** `cannotLoad` with the numbers and what would fit.
    static func make(_ inputs: Inputs) throws(LLMError) -> KVCachePlan {
        let maxModelLen = inputs.requestedMaxModelLen ?? inputs.modelMaxLen
        let blockBytes = inputs.bytesPerToken * inputs.blockSize
        let blocksPerRequest = (maxModelLen + inputs.blockSize - 1) / inputs.blockSize
        let budget: Int
        if let bytes = inputs.requestedBytes {
            budget = bytes / blockBytes
        } else {
            let usual = Int(Double(inputs.availableBytes) * usualShare) / blockBytes
            let largest = Int(Double(inputs.availableBytes) * largestShare) / blockBytes
            budget = max(usual, min(blocksPerRequest, largest))
        }
        guard budget >= blocksPerRequest else {
            throw tooSmall(inputs, maxModelLen: maxModelLen, fittingLen: budget * inputs.blockSize)
        }
        // No more than every request at full length can use.
        let (most, overflows) = blocksPerRequest.multipliedReportingOverflow(by: inputs.maxNumSeqs)
        let numBlocks = inputs.requestedBytes != nil || overflows ? budget : min(budget, most)
        return KVCachePlan(numBlocks: min(numBlocks, Int(Int32.max) / inputs.blockSize), maxModelLen: maxModelLen)
    }

    private static func tooSmall(_ inputs: Inputs, maxModelLen: Int, fittingLen: Int) -> LLMError {
        let needed = ByteCount(maxModelLen * inputs.bytesPerToken)
        let offered =
            if let bytes = inputs.requestedBytes { "--kv-cache-memory-bytes is \(ByteCount(bytes))" } else {
                "\(ByteCount(inputs.availableBytes)) of memory are available"
            }
        var advice = "not even one block of \(inputs.blockSize) tokens fits"
        if fittingLen >= inputs.blockSize { advice = "--max-model-len \(fittingLen) would fit" }
        return .cannotLoad(
            "one request of \(maxModelLen) tokens needs \(needed) of KV cache, but \(offered); \(advice)")
    }
}
