import MartletModelIR

@testable import MartletEngine

/// A small encoder-decoder model on the reference backend: two convolutions' worth of encoder, two decoder layers.
enum CrossModel {
    static let vocabSize = 32
    static let hidden = 16
    static let inputWidth = 3
    static let numPositions = 5
    static let numLayers = 2

    static func cross(_ layer: Int) -> CrossAttentionSpec {
        CrossAttentionSpec(
            layer: numLayers + layer, numHeads: 4, headDim: 4, numPositions: numPositions,
            alignmentHeads: layer == 0 ? [2] : [0, 3], firstAlignmentHead: layer)
    }

    static var specs: [KVCacheSpec] {
        (0..<numLayers).map { .full(AttentionSpec(layer: $0, numHeads: 4, numKVHeads: 4, headDim: 4)) }
            + (0..<numLayers).map { .cross(cross($0)) }
    }

    static func input(_ number: Int) -> EncoderInput {
        let count = 2 * numPositions * inputWidth
        let elements = (0..<count).map { Float(CounterRandom.bits(seed: UInt64(number), index: $0) >> 40) / 0x1p22 - 2 }
        return EncoderInput(numRows: 2 * numPositions, width: inputWidth, elements: elements)
    }

    static func encoder() -> Program {
        var recorder = Recorder()
        let root = WeightScope()["encoder"]
        let features = recorder.emit(.features(width: inputWidth, rowsPerToken: 2), name: "features")
        let unfolded = recorder.emit(
            .unfold(features, Unfold(kernelSize: 3, stride: 2, padding: 1)), name: "unfold")
        let convolved = recorder.emit(
            .linear(unfolded, [root["conv"].weight(out: hidden, in: 3 * inputWidth)], bias: []), name: "conv")
        let positions = recorder.emit(
            .embed(root["positions"].weight(out: numPositions, in: hidden), .position(offset: 0)), name: "positions")
        let x = recorder.emit(.add(convolved, positions), name: "x")
        var spec = AttentionSpec(layer: 0, numHeads: 4, numKVHeads: 4, headDim: 4)
        spec.isCausal = false
        let qkv = recorder.emit(
            .linear(x, [root["qkv"].weight(out: spec.qkvWidth, in: hidden)], bias: []), name: "qkv")
        let attended = recorder.emit(.attention(qkv, spec), name: "attention")
        let sum = recorder.emit(.add(x, attended), name: "sum")
        let norm = recorder.emit(.norm(sum, .rms(root["norm"].weight(hidden), eps: 1e-6)), name: "norm")
        return recorder.finish(norm)
    }

    static func crossAttentionKV() -> Program {
        var recorder = Recorder()
        let hiddenStates = recorder.emit(.features(width: hidden, rowsPerToken: 1), name: "hidden")
        var last = hiddenStates
        for layer in 0..<numLayers {
            let spec = cross(layer)
            let weight = WeightScope()["decoder"][layer]["kv"].weight(out: 2 * spec.width, in: hidden)
            let rows = recorder.emit(.linear(hiddenStates, [weight], bias: []), name: "kv \(layer)")
            last = recorder.emit(.storeCrossKV(rows, spec), name: "store \(layer)")
        }
        return recorder.finish(last)
    }

    static func decoder() -> Program {
        var recorder = Recorder()
        let root = WeightScope()["decoder"]
        let tokens = recorder.emit(
            .embed(root["embed"].weight(out: vocabSize, in: hidden), .tokenID), name: "tokens")
        let positions = recorder.emit(
            .embed(root["positions"].weight(out: 64, in: hidden), .position(offset: 0)), name: "positions")
        var x = recorder.emit(.add(tokens, positions), name: "x")
        for layer in 0..<numLayers {
            let scope = root[layer]
            let spec = AttentionSpec(layer: layer, numHeads: 4, numKVHeads: 4, headDim: 4)
            let norm = recorder.emit(.norm(x, .rms(scope["norm"].weight(hidden), eps: 1e-6)), name: "norm \(layer)")
            let qkv = recorder.emit(
                .linear(norm, [scope["qkv"].weight(out: spec.qkvWidth, in: hidden)], bias: []), name: "qkv \(layer)")
            let attended = recorder.emit(.attention(qkv, spec), name: "attention \(layer)")
            let sum = recorder.emit(.add(x, attended), name: "sum \(layer)")
            let query = recorder.emit(
                .linear(sum, [scope["q"].weight(out: hidden, in: hidden)], bias: []), name: "q \(layer)")
            let crossed = recorder.emit(.crossAttention(query, cross(layer)), name: "cross \(layer)")
            x = recorder.emit(.add(sum, crossed), name: "residual \(layer)")
        }
        let rows = recorder.emit(.gatherLogitRows(x), name: "rows")
        let logits = recorder.emit(
            .linear(rows, [root["head"].weight(out: vocabSize, in: hidden)], bias: []), name: "logits")
        return recorder.finish(logits)
    }

    /// A runner over the reference backend; `wrap` may replace the encoder.
    static func runner(
        _ configuration: EngineConfiguration, wrap: (any Executable) -> any Executable = { $0 }
    ) throws -> BackendModelRunner {
        let backend = ReferenceBackend()
        let (encoder, decoder, store) = (encoder(), decoder(), crossAttentionKV())
        guard let shape = EncoderShape(encoder: encoder, decoder: decoder) else {
            throw EngineError.backend("the programs have no encoder")
        }
        let options = CompileOptions(
            maxNumBatchedTokens: configuration.maxNumBatchedTokens, maxNumSeqs: configuration.maxNumSeqs,
            maxLogitRows: configuration.maxLogitRows, maxModelLen: configuration.maxModelLen)
        func compile(_ program: Program, _ options: CompileOptions) throws -> any Executable {
            try backend.compile(program, weights: NamedWeights(program), options: options)
        }
        let kvCache = try backend.makeKVCache(configuration.cacheLayout(specs), dtype: .float32)
        let stage = EncoderStage(
            encoder: wrap(try compile(encoder, shape.compileOptions(configuration))),
            crossAttentionKV: try compile(store, shape.compileOptions(configuration)), shape: shape,
            layout: kvCache.layout, configuration: configuration)
        return BackendModelRunner(
            executable: try compile(decoder, options), kvCache: kvCache, sampler: PlainSampler(), encoder: stage,
            configuration: configuration)
    }
}
