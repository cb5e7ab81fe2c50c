internal import MartletJSON
internal import MartletModelIR

/// Granite 4: layers of Mamba-2 and of attention without rotation, experts beside a shared MLP or that alone, and
/// multipliers on everything.
///
/// **Source** transformers `modeling_granitemoehybrid.py`.
struct GraniteMoeHybrid: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["GraniteMoeHybridForCausalLM"]

    private let shape: DecoderShape
    private let mamba: MambaShape
    private let attentionLayers: Set<Int>
    private let attentionBias: Bool
    private let isRotated: Bool
    private let sharedWidth: Int
    private let experts: ExpertSettings
    private let embeddingMultiplier: Float
    private let residualMultiplier: Float
    private let attentionMultiplier: Float
    private let logitsScaling: Float

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 32_000, hiddenSize: 4096, intermediateSize: 11_008, numHiddenLayers: 32,
                numAttentionHeads: 32, maxPositionEmbeddings: 2048))
        mamba = try MambaShape(graniteConfig: config, shape)
        attentionLayers = try Self.attentionLayers(config, shape.numHiddenLayers)
        attentionBias = try config.bool("attention_bias", default: false)
        isRotated = try Self.isRotated(config)
        sharedWidth = try config.size("shared_intermediate_size", default: 1024)
        experts = try ExpertSettings(
            config: config, layers: shape.numHiddenLayers,
            .init(
                count: (["num_local_experts"], 8), topK: (["num_experts_per_tok"], 2),
                width: ("intermediate_size", 11_008)))
        embeddingMultiplier = Float(try config.double("embedding_multiplier", default: 1))
        residualMultiplier = Float(try config.double("residual_multiplier", default: 1))
        attentionMultiplier = Float(try config.double("attention_multiplier", default: 1))
        logitsScaling = try config.factor("logits_scaling", default: 1)
        try config.expect("normalization_function", oneOf: "rmsnorm")
        config.readWithoutEffect("router_aux_loss_coef", "mamba_chunk_size")
    }

    /// Layers that attend; `mamba` and `attention` are the older names of the types, `layers_block_type` of the list.
    private static func attentionLayers(
        _ config: ModelConfig, _ numHiddenLayers: Int
    ) throws(ModelError) -> Set<Int> {
        let key = config.present("layers_block_type") == nil ? "layer_types" : "layers_block_type"
        guard let types = try config.strings(key) else { return [] }
        if let other = try config.strings("layer_types"), other != types {
            throw config.error("layer_types", "contradicts layers_block_type")
        }
        guard types.count == numHiddenLayers else {
            throw config.error(key, "expected one type for each of \(numHiddenLayers) layers, found \(types.count)")
        }
        var layers: Set<Int> = []
        for (index, type) in types.enumerated() {
            switch type {
            case "mamba", "linear_attention": break
            case "attention", "full_attention": layers.insert(index)
            default:
                throw config.error(
                    "\(key).\(index)",
                    "\(type) is not supported; supported: linear_attention (mamba), full_attention "
                        + "(attention)")
            }
        }
        return layers
    }

    private static func isRotated(_ config: ModelConfig) throws(ModelError) -> Bool {
        let type = try config.string("position_embedding_type", default: "nope")
        guard ["rope", "nope"].contains(type) else {
            throw config.error("position_embedding_type", "\(type) is not supported; supported: rope, nope")
        }
        return type == "rope"
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] {
        (0..<shape.numHiddenLayers).map { layer in
            attentionLayers.contains(layer)
                ? .full(shape.attention(layer: layer, scale: attentionMultiplier))
                : .recurrent(mamba.recurrentSpec(layer: layer))
        }
    }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("model")
        var x = recorder.embedding(model["embed_tokens"], shape, scale: embeddingMultiplier)
        for index in 0..<shape.numHiddenLayers {
            let layer = model["layers"][index]
            let normed = recorder.rmsNorm(x, layer["input_layernorm"], shape)
            if attentionLayers.contains(index) {
                let attended = recorder.selfAttention(
                    normed, layer["self_attn"], shape.attention(layer: index, scale: attentionMultiplier), shape,
                    rotary: isRotated ? shape.rotary : nil, bias: attentionBias ? .qkvo : .none)
                x = recorder.add(x, attended, layer["self_attn"], scale: residualMultiplier)
            } else {
                let mixed = recorder.mambaMixer(
                    normed, layer["mamba"], layer: index, mamba, hiddenSize: shape.hiddenSize)
                x = recorder.add(x, mixed, layer["mamba"], scale: residualMultiplier)
            }
            let out = feedForward(
                &recorder, recorder.rmsNorm(x, layer["post_attention_layernorm"], shape), layer)
            x = recorder.add(x, out, layer["shared_mlp"], scale: residualMultiplier)
        }
        return recorder.lmHead(
            x, norm: model["norm"], embedding: model["embed_tokens"], shape, scale: 1 / logitsScaling)
    }

    /// The shared MLP, and the experts if there are any.
    private func feedForward(_ recorder: inout Recorder, _ x: Value, _ layer: WeightScope) -> Value {
        let hidden = shape.hiddenSize
        let scope = layer["shared_mlp"]
        let fused = scope["input_linear"].weight(out: 2 * sharedWidth, in: hidden)
        let gateUp = recorder.emit(
            .linear(
                x, [fused.rows(length: sharedWidth), fused.rows(start: sharedWidth, length: sharedWidth)], bias: []),
            name: scope["input_linear"].path)
        let activated = recorder.emit(.gatedActivation(gateUp, shape.activation), name: scope["act"].path)
        let shared = recorder.linear(
            activated, [(scope["output_linear"], hidden)], in: sharedWidth, name: scope["output_linear"].path)
        guard experts.count > 0 else { return shared }
        let moe = layer["block_sparse_moe"]
        let routed = recorder.experts(
            x,
            .stacked(
                gateUp: moe["input_linear"]["weight"].path, down: moe["output_linear"]["weight"].path, experts,
                hidden: hidden),
            MixtureOfExperts.Routing(topK: experts.topK, scoring: .softmaxOfChosen, renormalizes: false),
            router: moe["router"]["layer"].weight(out: experts.count, in: hidden), activation: shape.activation, moe)
        return recorder.emit(.add(routed, shared), name: layer["feed_forward"].path)
    }
}

extension MambaShape {
    /// Granite's spelling of the mixer's numbers.
    fileprivate init(graniteConfig config: ModelConfig, _ shape: DecoderShape) throws(ModelError) {
        let inner = try config.size("mamba_expand", default: 2, limit: 65_536) * shape.hiddenSize
        guard inner <= Int32.max else { throw config.error("mamba_expand", "gives a width of \(inner)") }
        let heads = try config.size("mamba_n_heads", default: 128, limit: 65_536)
        guard inner % heads == 0 else {
            throw config.error(
                "mamba_n_heads", "expected a divisor of mamba_expand * hidden_size = \(inner), found \(heads)")
        }
        if config.present("mamba_d_head")?.stringValue != "auto" {
            let headDim = try config.size("mamba_d_head", default: inner / heads)
            guard headDim == inner / heads else {
                throw config.error("mamba_d_head", "expected \(inner / heads) or \"auto\", found \(headDim)")
            }
        }
        let limit = try config.timeStepLimit("time_step_limit")
        try self.init(
            numHeads: heads, headDim: inner / heads,
            numGroups: config.size("mamba_n_groups", default: 1, limit: 65_536),
            stateDim: config.size("mamba_d_state", default: 256, limit: 65_536),
            convKernel: config.size("mamba_d_conv", default: 4, limit: 65_536),
            hasConvBias: config.bool("mamba_conv_bias", default: true),
            hasProjectionBias: config.bool("mamba_proj_bias", default: false), activation: shape.activation,
            minTimeStep: limit.min, maxTimeStep: limit.max, normEps: shape.normEps)
        try check(config, headsKey: "mamba_n_heads", groupsKey: "mamba_n_groups")
    }
}
