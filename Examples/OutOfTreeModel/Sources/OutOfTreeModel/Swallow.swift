import MartletModelIR

/// An architecture that Martlet does not know: squared-ReLU MLPs beside the attention, both reading the same norm.
///
/// Everything an architecture needs is public: read the configuration, declare the caches, record the program.
struct Swallow: ModelArchitecture {
    static let architectures = ["SwallowForCausalLM"]

    let vocabSize: Int
    let maxPositionEmbeddings: Int
    private let hiddenSize: Int
    private let intermediateSize: Int
    private let layers: [AttentionSpec]
    private let rotary: RotaryEmbedding

    init(config: ModelConfig) throws(ModelError) {
        vocabSize = try config.size("vocab_size")
        hiddenSize = try config.size("hidden_size")
        intermediateSize = try config.size("intermediate_size")
        let heads = try config.size("num_attention_heads")
        guard hiddenSize % heads == 0 else {
            throw config.error("num_attention_heads", "expected a divisor of \(hiddenSize), found \(heads)")
        }
        let headDim = hiddenSize / heads
        let positions = try config.size("max_position_embeddings", default: 1024)
        let rope = try RopeParameters(config: config, headDim: headDim, maxPositionEmbeddings: positions)
        maxPositionEmbeddings = rope.maxModelLen
        rotary = rope.rotaryEmbedding()
        layers = try (0..<config.size("num_hidden_layers", limit: 1024)).map {
            AttentionSpec(layer: $0, numHeads: heads, numKVHeads: heads, headDim: headDim)
        }
    }

    var kvCacheSpecs: [KVCacheSpec] { layers.map { .full($0) } }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.emit(.embed(model["embed"].weight(out: vocabSize, in: hiddenSize), .tokenID), name: "embed")
        for spec in layers {
            x = block(x, model["layers"][spec.layer], spec, &recorder)
        }
        let wanted = recorder.emit(.gatherLogitRows(x), name: "logit_rows")
        let normed = recorder.emit(.norm(wanted, .rms(model["norm"].weight(hiddenSize), eps: 1e-5)), name: "norm")
        return linear(normed, WeightScope("lm_head"), out: vocabSize, in: hiddenSize, &recorder)
    }

    private func block(_ x: Value, _ layer: WeightScope, _ spec: AttentionSpec, _ recorder: inout Recorder) -> Value {
        let normed = recorder.emit(
            .norm(x, .rms(layer["norm"].weight(hiddenSize), eps: 1e-5)), name: layer["norm"].path)
        let qkv = linear(normed, layer["qkv"], out: 3 * hiddenSize, in: hiddenSize, &recorder)
        let rotated = recorder.emit(.rotary(qkv, rotary, spec), name: layer["rotary"].path)
        let attended = recorder.emit(.attention(rotated, spec), name: layer["attention"].path)
        let attention = linear(attended, layer["out"], out: hiddenSize, in: hiddenSize, &recorder)
        let up = linear(normed, layer["up"], out: intermediateSize, in: hiddenSize, &recorder)
        let activated = recorder.emit(.activation(up, .relu2), name: layer["relu2"].path)
        let mlp = linear(activated, layer["down"], out: hiddenSize, in: intermediateSize, &recorder)
        let both = recorder.emit(.add(attention, mlp), name: layer["sum"].path)
        return recorder.emit(.add(x, both), name: layer["residual"].path)
    }

    private func linear(
        _ x: Value, _ scope: WeightScope, out: Int, in width: Int, _ recorder: inout Recorder
    ) -> Value {
        recorder.emit(.linear(x, [scope.weight(out: out, in: width)], bias: []), name: scope.path)
    }
}
