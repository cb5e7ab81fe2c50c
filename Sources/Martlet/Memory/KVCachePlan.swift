import MartletEngine

/// How large the caches get, and how long a request may be.
struct KVCachePlan: Hashable {
    /// Blocks to allocate for layers that read all tokens; where there are none they are only counted.
    var numBlocks: Int
    /// Blocks to allocate for layers with sliding windows.
    var windows: [EngineConfiguration.WindowBlocks] = []
    /// Copies of recurrent states for the prefix cache; nil without recurrent layers.
    var numStateCheckpoints: Int?
    /// Most tokens of one request.
    var maxModelLen: Int

    /// What a plan is made from.
    struct Inputs {
        var costs: KVCacheCosts
        /// `--max-model-len`, or nil for the model's own.
        var requestedMaxModelLen: Int?
        /// Positions the model was made for.
        var modelMaxLen: Int
        var maxNumSeqs: Int
        var enablePrefixCaching = true
        /// `--kv-cache-memory-bytes`.
        var requestedBytes: Int?
        /// Memory the process may still take, weights already counted.
        var availableBytes: Int

        /// States of all running requests.
        var stateBytes: Int { (costs.stateBytes ?? 0).times(maxNumSeqs) }

        /// The least a cache must have: one request's blocks, and the states of all.
        func leastBytes(_ numTokens: Int) -> Int { costs.blockBytes(ofRequest: numTokens).plus(stateBytes) }
    }

    /// Share of the available memory the cache takes unasked.
    private static let usualShare = 0.25
    /// Share it may take where one request of full length needs it.
    private static let largestShare = 0.6
    /// Share of what is not needed at once that copies of states may take.
    private static let checkpointShare = 0.25
    /// Copies of states for every request that can run: more prompts than that are seldom worth remembering.
    private static let mostCheckpointsPerRequest = 8
    /// Blocks that are only counted cost memory too, about 10 bytes per token.
    private static let mostUnbackedBlocks = 1 << 17

    /// Chooses the sizes; what all requests of full length need is enough, and one request of full length must fit.
    ///
    /// Every window gets as many blocks as an undivided cache of the same bytes would have, but not more than all
    /// requests can use; what they leave is for full attention.
    ///
    /// **Throws** `cannotLoad` with the numbers and what would fit.
    static func make(_ inputs: Inputs) throws(LLMError) -> KVCachePlan {
        let maxModelLen = inputs.requestedMaxModelLen ?? inputs.modelMaxLen
        let costs = inputs.costs
        let least = inputs.leastBytes(maxModelLen)
        let usual = Int(Double(inputs.availableBytes) * usualShare)
        let largest = Int(Double(inputs.availableBytes) * largestShare)
        let budget = inputs.requestedBytes ?? max(usual, min(least, largest))
        guard budget >= least else {
            throw tooSmall(inputs, maxModelLen: maxModelLen, budget: budget)
        }
        var plan = KVCachePlan(numBlocks: 0, maxModelLen: maxModelLen)
        var left = budget - inputs.stateBytes
        if let stateBytes = costs.stateBytes {
            let most = inputs.enablePrefixCaching ? mostCheckpointsPerRequest.times(inputs.maxNumSeqs) : 0
            let share = Int(Double(budget - least) * checkpointShare)
            let numCheckpoints = stateBytes > 0 ? min(share / stateBytes, most) : most
            plan.numStateCheckpoints = numCheckpoints
            left -= numCheckpoints * stateBytes
        }
        plan.windows = windows(inputs, maxModelLen: maxModelLen, bytes: left)
        for (window, blocks) in zip(costs.windows, plan.windows) { left -= costs.blockBytes(window) * blocks.numBlocks }
        // No more than every request at full length can use.
        let most = costs.numBlocks(for: maxModelLen).times(inputs.maxNumSeqs)
        if costs.fullBlockBytes == 0 {
            plan.numBlocks = min(most, max(costs.numBlocks(for: maxModelLen), mostUnbackedBlocks))
        } else {
            plan.numBlocks = left / costs.fullBlockBytes
            if inputs.requestedBytes == nil { plan.numBlocks = min(plan.numBlocks, most) }
        }
        plan.numBlocks = min(plan.numBlocks, Int(Int32.max) / costs.blockSize)
        return plan
    }

    /// The blocks of the windows, beside which one request's blocks of full attention fit into `bytes`.
    private static func windows(
        _ inputs: Inputs, maxModelLen: Int, bytes: Int
    ) -> [EngineConfiguration.WindowBlocks] {
        let costs = inputs.costs
        /// Blocks for windows where each group has `count`, within what one request needs and all can use.
        func blocks(_ count: Int) -> [EngineConfiguration.WindowBlocks] {
            costs.windows.map { window in
                let perRequest = costs.numBlocks(of: window, for: maxModelLen)
                let isAllWanted = inputs.requestedBytes != nil && costs.fullBytesPerToken == nil
                let most = isAllWanted ? Int.max : perRequest.times(inputs.maxNumSeqs)
                let numBlocks = min(max(count, perRequest), most, Int(Int32.max) / costs.blockSize)
                return .init(window: window.window, numBlocks: numBlocks)
            }
        }
        let full = costs.fullBlockBytes.times(costs.numBlocks(for: maxModelLen))
        let undivided = bytes / max(costs.bytesPerToken.times(costs.blockSize), 1)
        let count = largest(upTo: undivided) { count in
            zip(costs.windows, blocks(count)).reduce(full) { sum, pair in
                sum.plus(costs.blockBytes(pair.0).times(pair.1.numBlocks))
            } <= bytes
        }
        return blocks(count)
    }

    /// The largest number up to `limit` that fits, where all smaller ones fit as well; 0 where none does.
    private static func largest(upTo limit: Int, fits: (Int) -> Bool) -> Int {
        var (low, high) = (0, limit)
        while low < high {
            let middle = low + (high - low - 1) / 2 + 1
            if fits(middle) { low = middle } else { high = middle - 1 }
        }
        return low
    }

    private static func tooSmall(_ inputs: Inputs, maxModelLen: Int, budget: Int) -> LLMError {
        let offered =
            if let bytes = inputs.requestedBytes { "--kv-cache-memory-bytes is \(ByteCount(bytes))" } else {
                "\(ByteCount(inputs.availableBytes)) of memory are available"
            }
        var needed = "one request of \(maxModelLen) tokens needs "
        needed += "\(ByteCount(inputs.costs.blockBytes(ofRequest: maxModelLen))) of KV cache"
        if inputs.costs.stateBytes != nil {
            needed += " beside \(ByteCount(inputs.stateBytes)) of states for \(inputs.maxNumSeqs) requests"
        }
        let fittingLen = largest(upTo: maxModelLen) { inputs.leastBytes($0) <= budget }
        var advice = "not even one block of \(inputs.costs.blockSize) tokens fits"
        if inputs.stateBytes > budget {
            advice = "lower --max-num-seqs \(inputs.maxNumSeqs)"
        } else if fittingLen >= inputs.costs.blockSize {
            advice = "--max-model-len \(fittingLen) would fit"
        }
        return .cannotLoad("\(needed), but \(offered); \(advice)")
    }
}
