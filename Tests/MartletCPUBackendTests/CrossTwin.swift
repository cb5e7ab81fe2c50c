import MartletModelIR

@testable import MartletCPUBackend

/// Fills cross slots and decodes from them on any backend.
struct CrossTwin {
    var numPositions = 37
    var numHeads = 3
    var headDim = 32
    var dtype = KVCacheDType.float32
    var format = WeightFormat.f32
    var float32 = true
    var wantsWeights = true
    /// Columns of what the slots are filled from.
    static let width = 24
    static let vocab = 61
    static let numSlots = 4

    /// One request of a decoder's step: the slot it reads and its tokens.
    struct Request {
        var slot: Int
        var tokens: [Int32]
    }

    /// What a step gives.
    struct Result {
        /// Of each request's tokens.
        var rows: [[Float]] = []
        /// `[token][alignment head][position]`.
        var weights: [Float] = []
    }

    private var specs: [CrossAttentionSpec] {
        (0..<2).map { layer in
            CrossAttentionSpec(
                layer: layer, numHeads: numHeads, headDim: headDim, numPositions: numPositions,
                alignmentHeads: layer == 0 ? [numHeads - 1] : [0, numHeads / 2], firstAlignmentHead: layer)
        }
    }

    /// Keys and values of both layers; gives nothing.
    var storeProgram: Program {
        var maker = Recorder()
        let x = maker.emit(.features(width: Self.width, rowsPerToken: 1), name: "states")
        var last = x
        for spec in specs {
            let refs = ["k", "v"].map { WeightRef(name: "\($0)\(spec.layer).w", shape: [spec.width, Self.width]) }
            let bias = WeightRef(name: "v\(spec.layer).b", shape: [spec.width])
            let rows = maker.emit(.linear(x, refs, bias: [nil, bias]), name: "kv\(spec.layer)")
            last = maker.emit(.storeCrossKV(rows, spec), name: "store\(spec.layer)")
        }
        return maker.finish(last)
    }

    /// A cross attention in each of two layers.
    var decoder: Program {
        var maker = ProgramMaker()
        var x = maker.emit(.scale(maker.embed(40, vocab: Self.vocab), 2))
        for spec in specs {
            let query = maker.linear(x, [spec.width], from: 40, bias: true)
            let attended = maker.emit(.crossAttention(query, spec))
            x = maker.emit(.add(x, maker.linear(attended, [40], from: spec.width)))
        }
        return maker.finish(maker.linear(x, [31], from: 40))
    }

    /// A decoder whose slots are filled, each with states of its own.
    final class Runner {
        let twin: CrossTwin
        let decoder: any Executable
        let cache: any KVCacheStorage
        private let batch = InputBatch(maxTokens: 300, maxRequests: 70, maxBlocksPerRequest: 1, maxLogitRows: 300)

        init(_ twin: CrossTwin, _ backend: some Backend) throws {
            self.twin = twin
            let options = CompileOptions(
                maxNumBatchedTokens: 300, maxNumSeqs: 70, maxLogitRows: 300, maxModelLen: 2048,
                float32Arithmetic: twin.float32)
            let decoder = twin.decoder
            self.decoder = try backend.compile(
                decoder, weights: RandomWeights(decoder.weights, format: twin.format), options: options)
            cache = try backend.makeKVCache(
                KVCacheLayout(
                    twin.specs.map { .cross($0) }, numBlocks: 1, blockSize: 16, numCrossSlots: CrossTwin.numSlots),
                dtype: twin.dtype)
            (cache as? CPUKVCache)?.poisonCrossSlots()
            try fill(backend)
        }

        /// All slots at once, the last first.
        private func fill(_ backend: some Backend) throws {
            let (count, width) = (CrossTwin.numSlots, CrossTwin.width)
            let total = count * twin.numPositions
            let program = twin.storeProgram
            let executable = try backend.compile(
                program, weights: RandomWeights(program.weights, seed: 3, format: twin.format),
                options: CompileOptions(
                    maxNumBatchedTokens: total, maxNumSeqs: count, maxLogitRows: 0, maxModelLen: 2048,
                    float32Arithmetic: twin.float32))
            let batch = InputBatch(maxTokens: total, maxRequests: count, maxBlocksPerRequest: 1, maxLogitRows: 0)
            var random = SplitMix(seed: 11)
            let states = (0..<total * width).map { _ in random.float() * 2 }
            for request in 0..<count {
                batch.crossSlots[request] = Int32(count - 1 - request)
                batch.queryStartLoc[request] = Int32(request * twin.numPositions)
                batch.seqLens[request] = Int32(twin.numPositions)
                for position in 0..<twin.numPositions {
                    batch.positions[request * twin.numPositions + position] = Int32(position)
                }
            }
            batch.queryStartLoc[count] = Int32(total)
            (batch.numTokens, batch.numRequests) = (total, count)
            try states.withUnsafeBufferPointer { states in
                batch.features = states.baseAddress
                try executable.submit(batch, kvCache: cache)
            }
            _ = try executable.collect()
        }

        func step(_ requests: [Request]) throws -> Result {
            var token = 0
            for (index, request) in requests.enumerated() {
                batch.crossSlots[index] = Int32(request.slot)
                batch.queryStartLoc[index] = Int32(token)
                batch.seqLens[index] = Int32(request.tokens.count)
                for (position, id) in request.tokens.enumerated() {
                    batch.tokenIDs[token] = id
                    batch.positions[token] = Int32(position)
                    batch.logitRows[token] = Int32(token)
                    token += 1
                }
            }
            batch.queryStartLoc[requests.count] = Int32(token)
            (batch.numTokens, batch.numRequests, batch.numLogitRows) = (token, requests.count, token)
            var result = Result()
            result.weights = [Float](repeating: .nan, count: token * 3 * twin.numPositions)
            try result.weights.withUnsafeMutableBufferPointer { weights in
                batch.crossWeights = twin.wantsWeights ? weights.baseAddress : nil
                try decoder.submit(batch, kvCache: cache)
            }
            let logits = try decoder.collect()
            var row = 0
            result.rows = requests.map { request in
                defer { row += request.tokens.count }
                return (row..<row + request.tokens.count).flatMap { Array(logits[$0]) }
            }
            return result
        }
    }
}

extension CPUKVCache {
    /// Fills all cross slots with bits that are NaN in every type.
    func poisonCrossSlots() {
        for (layer, spec) in zip(layers, layout.specs) {
            guard case .cross = spec else { continue }
            layer.base.initializeMemory(
                as: UInt8.self, repeating: 0xff, count: layer.blockBytes * layout.numCrossSlots)
        }
    }
}
