internal import MartletModelIR

/// The numbers of multi-head latent attention.
///
/// **Source** transformers `configuration_deepseek_v3.py`.
struct LatentShape: Hashable, Sendable {
    /// Columns of the queries' latent row, or nil where queries are projected directly.
    let queryLatentDim: Int?
    /// Columns of the latent row of keys and values.
    let latentDim: Int
    let nopeDim: Int
    let ropeDim: Int
    let valueDim: Int
    /// Factor on q·k.
    let scale: Float
    let rotary: RotaryEmbedding
    /// Whether the projections down and out have biases.
    let bias: Bool
    let maxPositionEmbeddings: Int

    /// Epsilon of the norms of latent rows, which `rms_norm_eps` does not reach.
    static let normEps: Float = 1e-6
    private static let countLimit = 65_536

    /// Reads the numbers; `isInterleaved` says whether pairs are (2i, 2i + 1) where the configuration does not.
    init(config: ModelConfig, shape: DecoderShape, isInterleaved: Bool) throws(ModelError) {
        // Null asks for a direct projection, an absent key for the class default.
        queryLatentDim = config.isNull("q_lora_rank") ? nil : try config.size("q_lora_rank", default: 1536)
        latentDim = try config.size("kv_lora_rank", default: 512)
        nopeDim = try config.size("qk_nope_head_dim", default: 128, limit: Self.countLimit)
        ropeDim = try config.size("qk_rope_head_dim", default: 64, limit: Self.countLimit)
        guard ropeDim % 2 == 0 else {
            throw config.error("qk_rope_head_dim", "expected whole pairs, found \(ropeDim) dimensions")
        }
        valueDim = try config.size("v_head_dim", default: 128, limit: Self.countLimit)
        bias = try config.bool("attention_bias", default: false)
        try Self.refuseContradiction(config, "head_dim", with: ropeDim, "qk_rope_head_dim")
        try Self.refuseContradiction(
            config, "qk_head_dim", with: nopeDim + ropeDim, "qk_nope_head_dim + qk_rope_head_dim")
        try Self.refuseContradiction(
            config, "num_key_value_heads", with: shape.numAttentionHeads, "num_attention_heads")
        var rope = try RopeParameters(
            config: config, headDim: ropeDim, maxPositionEmbeddings: shape.maxPositionEmbeddings,
            defaults: RopeDefaults(isInterleaved: isInterleaved))
        try rope.refuseUnusedKeys(config)
        // A partial factor is meant for heads that are rotated in part; these rotary heads are rotated in full.
        rope.partialRotaryFactor = 1
        rope.frequencyDim = ropeDim
        rotary = rope.rotaryEmbedding()
        maxPositionEmbeddings = rope.maxModelLen
        scale = Float(rope.softmaxScaleFactor / Double(nopeDim + ropeDim).squareRoot())
    }

    private static func refuseContradiction(
        _ config: ModelConfig, _ key: String, with expected: Int, _ rule: String
    ) throws(ModelError) {
        let stated = try config.int(key, default: expected)
        guard stated == expected else {
            throw config.error(key, "expected \(expected), which is \(rule), found \(stated)")
        }
    }

    /// The attention of one layer, whose weights are under `scope`.
    func attention(layer: Int, numHeads: Int, _ scope: WeightScope) -> LatentAttentionSpec {
        let headRows = nopeDim + valueDim
        let up = scope["kv_b_proj"].weight(out: numHeads * headRows, in: latentDim)
        return LatentAttentionSpec(
            layer: layer, numHeads: numHeads, nopeDim: nopeDim, ropeDim: ropeDim, valueDim: valueDim,
            latentDim: latentDim, scale: scale, rotary: rotary,
            keyUp: up.rows(start: 0, length: nopeDim, stride: headRows, count: numHeads),
            valueUp: up.rows(start: nopeDim, length: valueDim, stride: headRows, count: numHeads))
    }
}

extension Recorder {
    /// Projections of the query and of the latent row, latent attention, output projection.
    mutating func latentAttention(
        _ x: Value, _ scope: WeightScope, _ spec: LatentAttentionSpec, _ latent: LatentShape, hiddenSize: Int
    ) -> Value {
        let queryWidth = spec.numHeads * (latent.nopeDim + latent.ropeDim)
        let query: Value
        if let width = latent.queryLatentDim {
            let down = linear(
                x, [(scope["q_a_proj"], width)], in: hiddenSize, bias: latent.bias, name: scope["q_a_proj"].path)
            query = linear(
                latentNorm(down, scope["q_a_layernorm"], width: width), [(scope["q_b_proj"], queryWidth)], in: width,
                name: scope["q_b_proj"].path)
        } else {
            query = linear(x, [(scope["q_proj"], queryWidth)], in: hiddenSize, name: scope["q_proj"].path)
        }
        let down = scope["kv_a_proj_with_mqa"]
        let columns = latent.latentDim + latent.ropeDim
        func part(start: Int, length: Int, name: String, _ recorder: inout Recorder) -> Value {
            recorder.emit(
                .linear(
                    x, [down.weight(out: columns, in: hiddenSize).rows(start: start, length: length)],
                    bias: latent.bias ? [down.bias(columns).rows(start: start, length: length)] : []),
                name: scope[name].path)
        }
        let row = part(start: 0, length: latent.latentDim, name: "latent", &self)
        let ropeKey = part(start: latent.latentDim, length: latent.ropeDim, name: "rope_key", &self)
        let attended = emit(
            .latentAttention(
                query: query, latent: latentNorm(row, scope["kv_a_layernorm"], width: latent.latentDim),
                ropeKey: ropeKey, spec), name: scope["attention"].path)
        return linear(
            attended, [(scope["o_proj"], hiddenSize)], in: spec.numHeads * latent.valueDim, bias: latent.bias,
            name: scope["o_proj"].path)
    }

    private mutating func latentNorm(_ x: Value, _ scope: WeightScope, width: Int) -> Value {
        norm(x, .rms(scope.weight(width), eps: LatentShape.normEps), scope)
    }
}
