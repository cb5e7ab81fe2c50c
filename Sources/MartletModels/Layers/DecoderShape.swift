internal import MartletModelIR

/// The numbers that decoders share, read from their common keys.
struct DecoderShape: Hashable, Sendable {
    let vocabSize: Int
    let hiddenSize: Int
    let intermediateSize: Int
    let numHiddenLayers: Int
    let numAttentionHeads: Int
    let numKeyValueHeads: Int
    let headDim: Int
    let normEps: Float
    let activation: Activation
    var tieWordEmbeddings: Bool
    /// Positions the checkpoint was made for.
    let maxPositionEmbeddings: Int
    /// The rotation of all layers, or of those with full attention where the types of layers differ in it.
    let rotary: RotaryEmbedding

    /// More layers, heads or dimensions of a head than any checkpoint has.
    private static let countLimit = 65_536

    /// Reads the shape; the defaults are those of the family's configuration class in transformers.
    init(config: ModelConfig, defaults: DecoderDefaults) throws(ModelError) {
        vocabSize = try config.size("vocab_size", default: defaults.vocabSize)
        hiddenSize = try config.size("hidden_size", default: defaults.hiddenSize)
        intermediateSize = try config.size("intermediate_size", default: defaults.intermediateSize)
        numHiddenLayers = try config.size(
            "num_hidden_layers", default: defaults.numHiddenLayers, limit: Self.countLimit)
        numAttentionHeads = try config.size(
            "num_attention_heads", default: defaults.numAttentionHeads, limit: Self.countLimit)
        numKeyValueHeads = try Self.keyValueHeads(config, numAttentionHeads, defaults.numKeyValueHeads)
        headDim = try Self.headDim(config, hiddenSize, numAttentionHeads, defaults.headDim)
        normEps = try config.epsilon(defaults.normEps.key, default: defaults.normEps.value)
        activation = try config.activation(defaults.activation.key, default: defaults.activation.value)
        tieWordEmbeddings = try config.bool("tie_word_embeddings", default: defaults.tieWordEmbeddings)
        let positions = try config.size("max_position_embeddings", default: defaults.maxPositionEmbeddings)
        guard defaults.isRotary else {
            rotary = RotaryEmbedding(rotaryDim: 0, inverseFrequencies: [])
            maxPositionEmbeddings = positions
            return
        }
        let rope = try RopeParameters(
            config: config, headDim: headDim, maxPositionEmbeddings: positions, defaults: defaults.rope)
        try rope.refuseUnusedKeys(config)
        rotary = rope.rotaryEmbedding()
        maxPositionEmbeddings = rope.maxModelLen
        guard defaults.rotatesPartOfHeads || rotary.rotaryDim == headDim else {
            throw config.error(
                "partial_rotary_factor", "expected whole heads of \(headDim) dimensions, found \(rotary.rotaryDim)")
        }
    }

    /// The attention of one layer.
    func attention(
        layer: Int, slidingWindow: Int? = nil, scale: Float? = nil, softcap: Float? = nil
    ) -> AttentionSpec {
        AttentionSpec(
            layer: layer, numHeads: numAttentionHeads, numKVHeads: numKeyValueHeads, headDim: headDim, scale: scale,
            slidingWindow: slidingWindow, softcap: softcap)
    }

    /// The attention of every layer, all alike.
    func attentions(slidingWindow: Int? = nil, scale: Float? = nil) -> [AttentionSpec] {
        (0..<numHiddenLayers).map { attention(layer: $0, slidingWindow: slidingWindow, scale: scale) }
    }

    /// The rotation of another layer type than `rotary` is for.
    func rotary(
        _ config: ModelConfig, layerType: String, _ defaults: RopeDefaults
    ) throws(ModelError) -> RotaryEmbedding {
        let rope = try RopeParameters(
            config: config, headDim: headDim, maxPositionEmbeddings: maxPositionEmbeddings, layerType: layerType,
            defaults: defaults)
        try rope.refuseUnusedKeys(config)
        return rope.rotaryEmbedding()
    }

    private static func keyValueHeads(
        _ config: ModelConfig, _ queryHeads: Int, _ fallback: Int?
    ) throws(ModelError) -> Int {
        // The class default stands in for an absent key; null means one key head per query head.
        let isNull = config.isNull("num_key_value_heads")
        let heads = try config.size(
            "num_key_value_heads", default: isNull ? queryHeads : fallback ?? queryHeads, limit: countLimit)
        guard queryHeads % heads == 0 else {
            throw config.error("num_key_value_heads", "expected a divisor of \(queryHeads) heads, found \(heads)")
        }
        if isNull || fallback == nil, config.present("num_key_value_heads") == nil {
            config.note("num_key_value_heads", value: heads, source: "num_attention_heads", rule: "one per query head")
        }
        return heads
    }

    private static func headDim(
        _ config: ModelConfig, _ hiddenSize: Int, _ heads: Int, _ fallback: Int?
    ) throws(ModelError) -> Int {
        if config.present("head_dim") != nil { return try config.size("head_dim", limit: countLimit) }
        if let fallback, !config.isNull("head_dim") { return try config.size("head_dim", default: fallback) }
        guard hiddenSize >= heads else {
            throw config.error("hidden_size", "\(hiddenSize) is less than one dimension for each of \(heads) heads")
        }
        // The projections need not be as wide as the hidden size, so a remainder is no contradiction.
        config.note(
            "head_dim", value: hiddenSize / heads, source: "hidden_size, num_attention_heads",
            rule: "hidden_size / num_attention_heads, rounded down")
        return hiddenSize / heads
    }
}

extension AttentionSpec {
    /// What the layer keeps in the cache.
    var kvCacheSpec: KVCacheSpec { slidingWindow == nil ? .full(self) : .slidingWindow(self) }
}
