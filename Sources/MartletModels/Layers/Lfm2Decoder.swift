internal import MartletJSON
internal import MartletModelIR

/// What LFM2 and LFM2-MoE share.
struct Lfm2Decoder: Sendable {
    let shape: DecoderShape
    private let convKernel: Int
    private let convBias: Bool
    private let layerTypes: [LayerType]

    /// What mixes tokens in a layer.
    enum LayerType: String, CaseIterable, Sendable {
        case conv
        case full = "full_attention"
    }

    /// Reads and checks the shared keys; `isAttention` decides where there are no `layer_types`.
    init(
        config: ModelConfig, hiddenSize: Int, intermediateSize: Int, isAttention: (Int) -> Bool
    ) throws(ModelError) {
        var shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 65_536, hiddenSize: hiddenSize, intermediateSize: intermediateSize, numHiddenLayers: 32,
                numAttentionHeads: 32, numKeyValueHeads: 8, normEps: ("norm_eps", 1e-5), tieWordEmbeddings: true,
                maxPositionEmbeddings: 128_000, rope: RopeDefaults(theta: 1_000_000)))
        // The older spelling.
        let isTied = try config.bool("tie_embedding", default: shape.tieWordEmbeddings)
        if config.present("tie_word_embeddings") == nil { shape.tieWordEmbeddings = isTied }
        self.shape = shape
        convKernel = try config.size("conv_L_cache", default: 3, limit: 65_536)
        convBias = try config.bool("conv_bias", default: false)
        layerTypes = try config.layerTypes(shape.numHiddenLayers) { isAttention($0) ? .full : .conv }
        // Older spellings of what is fixed by other keys, and numbers of the initialisation.
        for (key, expected) in [
            ("block_dim", shape.hiddenSize), ("conv_dim", shape.hiddenSize), ("conv_dim_out", shape.hiddenSize),
            ("num_heads", shape.numAttentionHeads),
        ] {
            let found = try config.int(key, default: expected)
            guard found == expected else { throw config.error(key, "expected \(expected), found \(found)") }
        }
        config.readWithoutEffect(
            "block_norm_eps", "block_mlp_init_scale", "block_out_init_scale", "conv_use_xavier_init")
        try config.expect("block_use_swiglu", oneOf: true)
        try config.expect("use_pos_enc", oneOf: true)
    }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] {
        layerTypes.enumerated().map { layer, type in
            switch type {
            case .conv: .recurrent(RecurrentSpec(layer: layer, elements: stateElements))
            case .full: .full(shape.attention(layer: layer))
            }
        }
    }

    private var stateElements: Int { (convKernel - 1) * shape.hiddenSize }

    /// Records the decoder; `mlp` is what follows the mixing of tokens, in a layer.
    func record(into recorder: inout Recorder, mlp: (inout Recorder, Value, WeightScope, Int) -> Value) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape)
        for (index, type) in layerTypes.enumerated() {
            let layer = model["layers"][index]
            let normed = recorder.rmsNorm(x, layer["operator_norm"], shape)
            switch type {
            case .conv: x = recorder.add(x, conv(&recorder, normed, layer["conv"], index), layer["conv"])
            case .full:
                x = recorder.add(x, attention(&recorder, normed, layer["self_attn"], index), layer["self_attn"])
            }
            let out = mlp(
                &recorder, recorder.rmsNorm(x, layer["ffn_norm"], shape), layer["feed_forward"], index)
            x = recorder.add(x, out, layer["feed_forward"])
        }
        return recorder.lmHead(x, norm: model["embedding_norm"], embedding: model["embed_tokens"], shape)
    }

    /// `in_proj` to B, C and x; `out_proj(C * conv(B * x))`.
    private func conv(_ recorder: inout Recorder, _ x: Value, _ scope: WeightScope, _ layer: Int) -> Value {
        let width = shape.hiddenSize
        let (weight, bias) = (scope["in_proj"].weight(out: 3 * width, in: width), scope["in_proj"].bias(3 * width))
        let parts = ["b", "c", "x"].enumerated().map { index, name in
            recorder.emit(
                .linear(
                    x, [weight.rows(start: index * width, length: width)],
                    bias: convBias ? [bias.rows(start: index * width, length: width)] : []),
                name: scope[name].path)
        }
        let input = recorder.emit(.multiply(parts[0], parts[2]), name: scope["b_x"].path)
        let mixed = recorder.shortConv(
            input, scope["conv"], kernel: convKernel, channels: width, bias: convBias, activation: nil,
            state: StateRef(layer: layer, offset: 0, count: stateElements))
        let output = recorder.emit(.multiply(parts[1], mixed), name: scope["c_conv"].path)
        return recorder.linear(
            output, [(scope["out_proj"], width)], in: width, bias: convBias, name: scope["out_proj"].path)
    }

    private func attention(_ recorder: inout Recorder, _ x: Value, _ scope: WeightScope, _ layer: Int) -> Value {
        let spec = shape.attention(layer: layer)
        let qkv = recorder.qkv(x, scope, spec, shape)
        let normed = recorder.emit(
            .qkNorm(
                qkv, query: .rms(scope["q_layernorm"].weight(spec.headDim), eps: shape.normEps),
                key: .rms(scope["k_layernorm"].weight(spec.headDim), eps: shape.normEps), spec),
            name: scope["qk_norm"].path)
        let attended = recorder.attention(normed, scope, spec, rotary: shape.rotary)
        return recorder.output(attended, scope["out_proj"], spec, shape)
    }
}

extension Recorder {
    /// `w2(silu(w1(x)) * w3(x))`.
    mutating func lfm2MLP(_ x: Value, _ scope: WeightScope, width: Int, hiddenSize: Int) -> Value {
        let gateUp = linear(x, [(scope["w1"], width), (scope["w3"], width)], in: hiddenSize, name: scope["w1_w3"].path)
        let activated = emit(.gatedActivation(gateUp, .silu), name: scope["act"].path)
        return linear(activated, [(scope["w2"], hiddenSize)], in: width, name: scope["w2"].path)
    }
}
