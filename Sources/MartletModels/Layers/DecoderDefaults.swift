internal import MartletModelIR

/// What a family's configuration class in transformers stands for where config.json says nothing.
///
/// Sizes without a default must be given.
struct DecoderDefaults: Sendable {
    var vocabSize: Int?
    var hiddenSize: Int?
    var intermediateSize: Int?
    var numHiddenLayers: Int?
    var numAttentionHeads: Int?
    /// Nil: as many as query heads.
    var numKeyValueHeads: Int?
    /// Nil: `hidden_size / num_attention_heads`.
    var headDim: Int?
    /// The key that names the activation, and its default.
    var activation: (key: String, value: String) = ("hidden_act", "silu")
    /// The key that names the epsilon of the norms, and its default.
    var normEps: (key: String, value: Double) = ("rms_norm_eps", 1e-6)
    var tieWordEmbeddings = false
    var maxPositionEmbeddings: Int
    /// Whether the shape has a rotary embedding; false where there is none, or one that the shape cannot tell.
    var isRotary = true
    var rope = RopeDefaults()
    /// Whether a part of each head may be rotated; families that always rotate whole heads refuse a partial factor.
    var rotatesPartOfHeads = false
}
