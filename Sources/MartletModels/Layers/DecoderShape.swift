internal import MartletModelIR

/// The numbers that Llama-like decoders share, read from their common keys.
struct DecoderShape: Hashable, Sendable {
    let vocabSize: Int
    let hiddenSize: Int
    let intermediateSize: Int
    let numHiddenLayers: Int
    let numAttentionHeads: Int
    let numKeyValueHeads: Int
    let headDim: Int
    let rmsNormEps: Float
    let maxPositionEmbeddings: Int
    let tieWordEmbeddings: Bool
    let rotary: RotaryEmbedding

    /// More layers, heads or dimensions of a head than any checkpoint has.
    private static let countLimit = 65_536

    /// Reads the shape; the defaults are those of the family's configuration class in transformers.
    init(
        config: ModelConfig, defaultHeadDim: Int? = nil, defaultNumKeyValueHeads: Int? = nil,
        defaultMaxPositionEmbeddings: Int
    ) throws(ModelError) {
        let activation = try config.string("hidden_act", default: "silu")
        guard activation == "silu" else {
            throw config.error("hidden_act", "\(activation) is not supported; supported: silu")
        }
        vocabSize = try config.size("vocab_size")
        hiddenSize = try config.size("hidden_size")
        intermediateSize = try config.size("intermediate_size")
        numHiddenLayers = try config.size("num_hidden_layers", limit: Self.countLimit)
        numAttentionHeads = try config.size("num_attention_heads", limit: Self.countLimit)
        // transformers' class default stands in for an absent key; null means one key head per query head.
        let explicitNull = config.isNull("num_key_value_heads")
        numKeyValueHeads = try config.size(
            "num_key_value_heads",
            default: explicitNull ? numAttentionHeads : defaultNumKeyValueHeads ?? numAttentionHeads,
            limit: Self.countLimit)
        guard numAttentionHeads % numKeyValueHeads == 0 else {
            throw config.error(
                "num_key_value_heads", "expected a divisor of \(numAttentionHeads) heads, found \(numKeyValueHeads)")
        }
        if config.present("head_dim") == nil && defaultHeadDim == nil {
            guard hiddenSize % numAttentionHeads == 0 else {
                throw config.error("hidden_size", "\(hiddenSize) is no multiple of \(numAttentionHeads) heads")
            }
        }
        headDim = try config.size(
            "head_dim", default: defaultHeadDim ?? hiddenSize / numAttentionHeads,
            limit: Self.countLimit)
        let eps = try config.double("rms_norm_eps", default: 1e-6)
        guard eps > 0, eps < 1 else { throw config.error("rms_norm_eps", "expected between 0 and 1, found \(eps)") }
        rmsNormEps = Float(eps)
        tieWordEmbeddings = try config.bool("tie_word_embeddings", default: false)
        let positions = try config.size("max_position_embeddings", default: defaultMaxPositionEmbeddings)
        let rope = try RopeParameters(config: config, headDim: headDim, maxPositionEmbeddings: positions)
        if let unused = rope.unusedKeys.first {
            throw config.error(unused, "is not known to the rotary embedding of this architecture")
        }
        rotary = rope.rotaryEmbedding()
        maxPositionEmbeddings = rope.maxModelLen
    }

    /// The attention of one layer.
    func attention(layer: Int, slidingWindow: Int? = nil) -> AttentionSpec {
        AttentionSpec(
            layer: layer, numHeads: numAttentionHeads, numKVHeads: numKeyValueHeads, headDim: headDim,
            slidingWindow: slidingWindow)
    }
}

extension AttentionSpec {
    /// What the layer keeps in the cache.
    var kvCacheSpec: KVCacheSpec { slidingWindow == nil ? .full(self) : .slidingWindow(self) }
}
