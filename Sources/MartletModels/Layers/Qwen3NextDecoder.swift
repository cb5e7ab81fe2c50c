internal import MartletJSON
internal import MartletModelIR

/// What Qwen3-Next and Qwen3.5 share: layers of gated DeltaNet and of gated attention, norms that store the distance of
/// their weights from one.
struct Qwen3NextDecoder: Sendable {
    let shape: DecoderShape
    let net: DeltaNetShape
    private let attentionBias: Bool
    private let layerTypes: [LayerType]

    /// What mixes tokens in a layer.
    enum LayerType: String, CaseIterable, Sendable {
        case linear = "linear_attention"
        case full = "full_attention"
    }

    /// Reads and checks the shared keys.
    init(config: ModelConfig, defaults: DecoderDefaults) throws(ModelError) {
        let shape = try DecoderShape(config: config, defaults: defaults)
        self.shape = shape
        net = try DeltaNetShape(config: config)
        attentionBias = try config.bool("attention_bias", default: false)
        let interval = try config.size("full_attention_interval", default: 4)
        layerTypes = try config.layerTypes(shape.numHiddenLayers) { ($0 + 1) % interval == 0 ? .full : .linear }
        try config.expect("attn_output_gate", oneOf: true)
        try config.expect("mamba_ssm_dtype", oneOf: "float32")
        // Layers that predict several tokens ahead are left out.
        config.readWithoutEffect("mtp_num_hidden_layers", "mtp_use_dedicated_embeddings", "num_nextn_predict_layers")
    }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] {
        layerTypes.enumerated().map { layer, type in
            switch type {
            case .linear: .recurrent(net.recurrentSpec(layer: layer))
            case .full: .full(shape.attention(layer: layer))
            }
        }
    }

    /// Records the decoder below `model`.
    ///
    /// - Parameters:
    ///   - inputs: The projections of a DeltaNet layer.
    ///   - mlp: What follows the mixing of tokens, in a layer.
    func record(
        into recorder: inout Recorder, _ model: WeightScope,
        inputs: (inout Recorder, Value, WeightScope) -> DeltaNetInputs,
        mlp: (inout Recorder, Value, WeightScope, Int) -> Value
    ) -> Value {
        var x = recorder.embedding(model["embed_tokens"], shape)
        for (index, type) in layerTypes.enumerated() {
            let layer = model["layers"][index]
            let normed = recorder.rmsNorm(x, layer["input_layernorm"], shape, weightOffset: 1)
            let mixed: Value
            switch type {
            case .linear:
                let scope = layer["linear_attn"]
                mixed = recorder.gatedDeltaNet(inputs(&recorder, normed, scope), scope, layer: index, net, shape)
            case .full:
                mixed = recorder.gatedAttention(
                    normed, layer["self_attn"], shape.attention(layer: index), shape, bias: attentionBias)
            }
            x = recorder.add(x, mixed, layer[type == .linear ? "linear_attn" : "self_attn"])
            let out = mlp(
                &recorder, recorder.rmsNorm(x, layer["post_attention_layernorm"], shape, weightOffset: 1),
                layer["mlp"], index)
            x = recorder.add(x, out, layer["mlp"])
        }
        return recorder.lmHead(
            x, norm: model["norm"], embedding: model["embed_tokens"], shape, weightOffset: 1)
    }
}

extension Qwen3NextDecoder {
    /// The projections of Qwen3.5's DeltaNet: one weight each.
    func separateInputs(_ recorder: inout Recorder, _ x: Value, _ scope: WeightScope) -> DeltaNetInputs {
        let width = shape.hiddenSize
        return DeltaNetInputs(
            qkv: recorder.linear(
                x, [(scope["in_proj_qkv"], net.qkvWidth)], in: width, name: scope["in_proj_qkv"].path),
            z: recorder.linear(x, [(scope["in_proj_z"], net.valueWidth)], in: width, name: scope["in_proj_z"].path),
            gates: recorder.linear(
                x, [(scope["in_proj_b"], net.numValueHeads), (scope["in_proj_a"], net.numValueHeads)], in: width,
                name: scope["b_a"].path))
    }
}
