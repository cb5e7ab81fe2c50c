internal import MartletModelIR

/// ModernBERT: rotary positions, alternating full and local attention, gated MLPs, LayerNorms before each part.
///
/// **Source** transformers `modeling_modernbert.py`.
struct ModernBert: ModelArchitecture {
    /// The `architectures` entries served; the head for language modelling is left out.
    static let architectures = [
        "ModernBertModel", "ModernBertForMaskedLM", "ModernBertForSequenceClassification",
    ]

    private let shape: Shape
    private let layers: [(attention: AttentionSpec, rotary: RotaryEmbedding)]

    /// What to do once the hidden states are there: by default the first token's.
    let poolingHead: PoolingHead

    /// The numbers of the configuration.
    private struct Shape: Hashable {
        let vocabSize, hiddenSize, intermediateSize, maxPositionEmbeddings: Int
        let activation: Activation
        let eps: Float
        let attentionBias, mlpBias, normBias: Bool

        func norm(_ scope: WeightScope) -> Norm {
            .layer(scope.weight(hiddenSize), bias: normBias ? scope.bias(hiddenSize) : nil, eps: eps)
        }
    }

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = Shape(
            vocabSize: try config.size("vocab_size", default: 50_368),
            hiddenSize: try config.size("hidden_size", default: 768),
            intermediateSize: try config.size("intermediate_size", default: 1152),
            maxPositionEmbeddings: try config.size("max_position_embeddings", default: 8192),
            activation: try config.activation("hidden_activation", default: "gelu"),
            eps: try config.epsilon("norm_eps", default: 1e-5),
            attentionBias: try config.bool("attention_bias", default: false),
            mlpBias: try config.bool("mlp_bias", default: false), normBias: try config.bool("norm_bias", default: false)
        )
        self.shape = shape
        layers = try Self.layers(config, shape)
        poolingHead = try Self.head(config, shape)
        // How it was trained, how its kernels run, and the head for language modelling.
        for key in [
            "tie_word_embeddings", "decoder_bias", "sparse_prediction", "sparse_pred_ignore_index",
            "deterministic_flash_attn", "repad_logits_with_grad", "initializer_cutoff_factor",
            "position_embedding_type", "layer_norm_eps",
        ] { _ = config.present(key) }
    }

    private static func layers(
        _ config: ModelConfig, _ shape: Shape
    ) throws(ModelError) -> [(AttentionSpec, RotaryEmbedding)] {
        let numHeads = try config.size("num_attention_heads", default: 12, limit: EncoderShape.countLimit)
        guard shape.hiddenSize % numHeads == 0 else {
            throw config.error("hidden_size", "\(shape.hiddenSize) is no multiple of \(numHeads) heads")
        }
        let headDim = shape.hiddenSize / numHeads
        guard headDim % 2 == 0 else { throw config.error("hidden_size", "gives an odd width of heads, \(headDim)") }
        let reach = try config.size("local_attention", default: 128) / 2
        config.note("sliding_window", value: reach, source: "local_attention", rule: "local_attention / 2")
        let full = try rotary(config, shape, headDim, "full_attention", "global_rope_theta", 160_000)
        let local = try rotary(config, shape, headDim, "sliding_attention", "local_rope_theta", 10_000)
        var layers: [(AttentionSpec, RotaryEmbedding)] = []
        for (layer, isLocal) in try localLayers(config).enumerated() {
            let attention = AttentionSpec(
                layer: layer, numHeads: numHeads, numKVHeads: numHeads, headDim: headDim,
                slidingWindow: isLocal ? reach + 1 : nil, isCausal: false)
            layers.append((attention, isLocal ? local : full))
        }
        return layers
    }

    /// Which layers attend locally: `layer_types`, else all but every `global_attn_every_n_layers`th.
    private static func localLayers(_ config: ModelConfig) throws(ModelError) -> [Bool] {
        let count = try config.size("num_hidden_layers", default: 22, limit: EncoderShape.countLimit)
        let period = try config.size("global_attn_every_n_layers", default: 3)
        guard let types = try config.strings("layer_types") else { return (0..<count).map { $0 % period != 0 } }
        guard types.count == count else {
            throw config.error("layer_types", "expected one type for each of \(count) layers, found \(types.count)")
        }
        let known = ["full_attention", "sliding_attention"]
        if let index = types.firstIndex(where: { !known.contains($0) }) {
            throw config.error(
                "layer_types.\(index)", "\(types[index]) is not supported; supported: \(known.joined(separator: ", "))")
        }
        return types.map { $0 == "sliding_attention" }
    }

    private static func rotary(
        _ config: ModelConfig, _ shape: Shape, _ headDim: Int, _ layerType: String, _ thetaKey: String,
        _ defaultTheta: Double
    ) throws(ModelError) -> RotaryEmbedding {
        let rope = try RopeParameters(
            config: config, headDim: headDim, maxPositionEmbeddings: shape.maxPositionEmbeddings,
            layerType: layerType,
            defaults: RopeDefaults(
                theta: defaultTheta, layerTypeKeys: .init(theta: thetaKey, takesScaling: true)))
        if let unused = rope.unusedKeys.first {
            throw config.error(unused, "is not known to the rotary embedding of this architecture")
        }
        return rope.rotaryEmbedding()
    }

    /// The head of a sequence classifier, after which the labels' scores stand.
    private static func head(_ config: ModelConfig, _ shape: Shape) throws(ModelError) -> PoolingHead {
        let pooling = try config.string("classifier_pooling", default: "cls")
        let bias = try config.bool("classifier_bias", default: false)
        let activation = try config.activation("classifier_activation", default: "gelu")
        guard config.architecture.hasSuffix("ForSequenceClassification") else { return PoolingHead(.cls) }
        guard pooling == "cls" || pooling == "mean" else {
            throw config.error("classifier_pooling", "\(pooling) is not supported; supported: cls, mean")
        }
        let (dense, output) = (WeightScope("head")["dense"], WeightScope("classifier"))
        let numLabels = try config.numLabels()
        return PoolingHead(
            pooling == "cls" ? .cls : .mean,
            layers: [
                .linear(
                    [dense.weight(out: shape.hiddenSize, in: shape.hiddenSize)],
                    bias: bias ? dense.bias(shape.hiddenSize) : nil),
                .activation(activation), .norm(shape.norm(WeightScope("head")["norm"])),
                .linear([output.weight(out: numLabels, in: shape.hiddenSize)], bias: output.bias(numLabels)),
            ])
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// Nothing is kept between steps.
    var kvCacheSpecs: [KVCacheSpec] { [] }

    /// An encoder only.
    var entryPoints: Set<EntryPoint> { [.encoder] }

    /// With the prefix that heads put before the encoder.
    func aliases(of weight: String) -> [String] { ["model.\(weight)"] }

    /// Records the encoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let embeddings = WeightScope("embeddings")
        let table = embeddings["tok_embeddings"]
        var x = recorder.emit(
            .embed(table.weight(out: shape.vocabSize, in: shape.hiddenSize), .tokenID), name: table.path)
        x = recorder.emit(.norm(x, shape.norm(embeddings["norm"])), name: embeddings["norm"].path)
        for (spec, rotary) in layers {
            let layer = WeightScope("layers")[spec.layer]
            // The embeddings' norm has just been there.
            let input =
                spec.layer == 0
                ? x : recorder.emit(.norm(x, shape.norm(layer["attn_norm"])), name: layer["attn_norm"].path)
            let attended = attention(input, layer["attn"], spec, rotary, into: &recorder)
            x = recorder.add(x, attended, layer["attn"])
            let normed = recorder.emit(.norm(x, shape.norm(layer["mlp_norm"])), name: layer["mlp_norm"].path)
            x = recorder.add(x, mlp(normed, layer["mlp"], into: &recorder), layer["mlp"])
        }
        let wanted = recorder.emit(.gatherLogitRows(x), name: "wanted_rows")
        return recorder.emit(.norm(wanted, shape.norm(WeightScope("final_norm"))), name: "final_norm")
    }

    private func attention(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, _ rotary: RotaryEmbedding,
        into recorder: inout Recorder
    ) -> Value {
        let qkv = recorder.linear(
            x, [(scope["Wqkv"], 3 * shape.hiddenSize)], in: shape.hiddenSize, bias: shape.attentionBias,
            name: scope["Wqkv"].path)
        let rotated = recorder.emit(.rotary(qkv, rotary, spec), name: scope["rotary"].path)
        let attended = recorder.emit(.attention(rotated, spec), name: scope["attention"].path)
        return recorder.linear(
            attended, [(scope["Wo"], shape.hiddenSize)], in: shape.hiddenSize, bias: shape.attentionBias,
            name: scope["Wo"].path)
    }

    private func mlp(_ x: Value, _ scope: WeightScope, into recorder: inout Recorder) -> Value {
        let both = recorder.linear(
            x, [(scope["Wi"], 2 * shape.intermediateSize)], in: shape.hiddenSize, bias: shape.mlpBias,
            name: scope["Wi"].path)
        let activated = recorder.emit(.gatedActivation(both, shape.activation), name: scope["act"].path)
        return recorder.linear(
            activated, [(scope["Wo"], shape.hiddenSize)], in: shape.intermediateSize, bias: shape.mlpBias,
            name: scope["Wo"].path)
    }
}
