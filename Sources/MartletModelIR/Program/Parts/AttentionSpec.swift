/// Shape and numbers of one layer's attention.
public struct AttentionSpec: Hashable, Sendable {
    /// Index of the layer's cache in `ModelArchitecture.kvCacheSpecs`.
    public var layer: Int
    /// Query heads.
    public var numHeads: Int
    /// Key and value heads; divides `numHeads`.
    public var numKVHeads: Int
    /// Width of one head.
    public var headDim: Int
    /// Factor on q·k before softmax.
    public var scale: Float
    /// Tokens a query sees including itself, or nil for all. Without causality: how far it sees to either side, plus one.
    public var slidingWindow: Int?
    /// `cap` of `cap * tanh(score / cap)` on the scaled scores, or nil.
    public var softcap: Float?
    /// `[numHeads]` logits that take part in the softmax and carry no value (gpt-oss), or nil.
    public var sinks: WeightRef?
    /// False: every token sees all tokens of its request, which must be in one step; nothing is cached.
    public var isCausal: Bool

    /// An attention of the given shape; `scale` defaults to `headDim^-0.5`.
    public init(
        layer: Int, numHeads: Int, numKVHeads: Int, headDim: Int, scale: Float? = nil, slidingWindow: Int? = nil,
        softcap: Float? = nil, sinks: WeightRef? = nil, isCausal: Bool = true
    ) {
        self.layer = layer
        self.numHeads = numHeads
        self.numKVHeads = numKVHeads
        self.headDim = headDim
        self.scale = scale ?? 1 / Float(headDim).squareRoot()
        self.slidingWindow = slidingWindow
        self.softcap = softcap
        self.sinks = sinks
        self.isCausal = isCausal
    }

    /// Width of a merged `[q | k | v]` row.
    public var qkvWidth: Int { (numHeads + 2 * numKVHeads) * headDim }
}

/// Shape and numbers of one layer's multi-head latent attention (DeepSeek V2, V3).
///
/// The query has `nopeDim + ropeDim` columns per head, the rotary part last. Key of a head: `keyUp @ latent`, then the
/// rotated rope key, which all heads share. Value of a head: `valueUp @ latent`. Cached per token: latent and rotated
/// rope key. **Source** transformers `modeling_deepseek_v3.py`.
public struct LatentAttentionSpec: Hashable, Sendable {
    /// Index of the layer's cache.
    public var layer: Int
    /// Query heads.
    public var numHeads: Int
    /// Columns of a query head without rotation.
    public var nopeDim: Int
    /// Columns of a query head that are rotated.
    public var ropeDim: Int
    /// Columns of a value head.
    public var valueDim: Int
    /// Columns of the latent row (`kv_lora_rank`).
    public var latentDim: Int
    /// Factor on q·k before softmax.
    public var scale: Float
    /// Rotation of the rope parts; its `rotaryDim` is `ropeDim`.
    public var rotary: RotaryEmbedding
    /// `[numHeads * nopeDim, latentDim]`.
    public var keyUp: WeightRef
    /// `[numHeads * valueDim, latentDim]`.
    public var valueUp: WeightRef

    /// A latent attention of the given shape.
    public init(
        layer: Int, numHeads: Int, nopeDim: Int, ropeDim: Int, valueDim: Int, latentDim: Int, scale: Float,
        rotary: RotaryEmbedding, keyUp: WeightRef, valueUp: WeightRef
    ) {
        self.layer = layer
        self.numHeads = numHeads
        self.nopeDim = nopeDim
        self.ropeDim = ropeDim
        self.valueDim = valueDim
        self.latentDim = latentDim
        self.scale = scale
        self.rotary = rotary
        self.keyUp = keyUp
        self.valueUp = valueUp
    }

    /// Columns cached per token.
    public var cachedWidth: Int { latentDim + ropeDim }
}
