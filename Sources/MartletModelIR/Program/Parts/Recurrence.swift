/// A part of a layer's recurrent state: floats `offset ..< offset + count` of the layer's `RecurrentSpec.elements`.
///
/// A request whose first token in a step stands at position 0 begins with zeros.
public struct StateRef: Hashable, Sendable, BitwiseCopyable {
    /// Index of the layer's cache in `ModelArchitecture.kvCacheSpecs`.
    public var layer: Int
    /// First float.
    public var offset: Int
    /// Floats.
    public var count: Int

    /// A part of the state of `layer`.
    public init(layer: Int, offset: Int, count: Int) {
        self.layer = layer
        self.offset = offset
        self.count = count
    }
}

/// What a recurrent layer keeps per request, whatever its length.
public struct RecurrentSpec: Hashable, Sendable {
    /// Index of the layer's cache.
    public var layer: Int
    /// Floats per request.
    public var elements: Int

    /// A state of so many floats.
    public init(layer: Int, elements: Int) {
        self.layer = layer
        self.elements = elements
    }
}

/// `y[t, c] = activation(bias[c] + sum_i weight[c, i] * x[t - (k - 1) + i, c])` over the tokens of a request.
///
/// The state holds the last `k - 1` inputs, oldest first: `[k - 1, channels]`.
public struct ShortConv: Hashable, Sendable {
    /// Stored `[channels, 1, k]` or `[channels, k]`; its reference has shape `[channels, k]`.
    public var weight: WeightRef
    /// `[channels]`, or nil.
    public var bias: WeightRef?
    /// After the sum, or nil.
    public var activation: Activation?
    /// `(k - 1) * channels` floats.
    public var state: StateRef

    /// A convolution with the given parts.
    public init(weight: WeightRef, bias: WeightRef? = nil, activation: Activation? = nil, state: StateRef) {
        self.weight = weight
        self.bias = bias
        self.activation = activation
        self.state = state
    }
}

/// Gated delta rule. Input rows `[q | k | v]`: `numKeyHeads * keyDim` columns of q, as many of k, and
/// `numValueHeads * valueDim` of v; gate rows `[b | a]` with `numValueHeads` columns each.
///
/// Per value head h with key head `h / (numValueHeads / numKeyHeads)`: q and k are divided by their length
/// (`x * rsqrt(sum(x^2) + 1e-6)`), q also by `sqrt(keyDim)`; `g = exp(-exp(aLog) * softplus(a + dtBias))`,
/// `beta = sigmoid(b)`; state S `[keyDim, valueDim]`: `S *= g`; `S += k ⊗ (beta * (v - k·S))`; `y = q·S`.
/// Output `[numValueHeads * valueDim]`. State `[numValueHeads, keyDim, valueDim]`.
/// **Source** transformers `modeling_qwen3_next.py` `torch_recurrent_gated_delta_rule`.
public struct GatedDeltaNet: Hashable, Sendable {
    /// Heads of q and k.
    public var numKeyHeads: Int
    /// Heads of v; a multiple of `numKeyHeads`.
    public var numValueHeads: Int
    /// Columns of a q or k head.
    public var keyDim: Int
    /// Columns of a v head.
    public var valueDim: Int
    /// `[numValueHeads]`.
    public var aLog: WeightRef
    /// `[numValueHeads]`.
    public var dtBias: WeightRef
    /// `numValueHeads * keyDim * valueDim` floats.
    public var state: StateRef

    /// A gated DeltaNet of the given shape.
    public init(
        numKeyHeads: Int, numValueHeads: Int, keyDim: Int, valueDim: Int, aLog: WeightRef, dtBias: WeightRef,
        state: StateRef
    ) {
        self.numKeyHeads = numKeyHeads
        self.numValueHeads = numValueHeads
        self.keyDim = keyDim
        self.valueDim = valueDim
        self.aLog = aLog
        self.dtBias = dtBias
        self.state = state
    }

    /// Columns of the merged `[q | k | v]` rows.
    public var inputWidth: Int { 2 * numKeyHeads * keyDim + numValueHeads * valueDim }
}

/// Mamba-2's selective state space. Input rows `[x | B | C]`: `numHeads * headDim` columns of x, `numGroups * stateDim`
/// of B and of C; time-step rows have `numHeads` columns.
///
/// Per head h with group `h / (numHeads / numGroups)`: `dt = clamp(softplus(dt + dtBias))`, `a = exp(-exp(aLog) * dt)`;
/// state S `[headDim, stateDim]`: `S = a * S + (dt * x) ⊗ B`; `y = S·C + d * x`.
/// Output `[numHeads * headDim]`. State `[numHeads, headDim, stateDim]`.
/// **Source** transformers `modeling_mamba2.py`, `modeling_granitemoehybrid.py`.
public struct Mamba2: Hashable, Sendable {
    /// Heads of x.
    public var numHeads: Int
    /// Columns of a head.
    public var headDim: Int
    /// Groups that share B and C.
    public var numGroups: Int
    /// Columns of a group's B and C.
    public var stateDim: Int
    /// `[numHeads]`.
    public var aLog: WeightRef
    /// `[numHeads]`.
    public var d: WeightRef
    /// `[numHeads]`.
    public var dtBias: WeightRef
    /// Bounds of the time step.
    public var minTimeStep: Float
    /// Bounds of the time step.
    public var maxTimeStep: Float
    /// `numHeads * headDim * stateDim` floats.
    public var state: StateRef

    /// A state space of the given shape.
    public init(
        numHeads: Int, headDim: Int, numGroups: Int, stateDim: Int, aLog: WeightRef, d: WeightRef, dtBias: WeightRef,
        minTimeStep: Float, maxTimeStep: Float, state: StateRef
    ) {
        self.numHeads = numHeads
        self.headDim = headDim
        self.numGroups = numGroups
        self.stateDim = stateDim
        self.aLog = aLog
        self.d = d
        self.dtBias = dtBias
        self.minTimeStep = minTimeStep
        self.maxTimeStep = maxTimeStep
        self.state = state
    }

    /// Columns of the merged `[x | B | C]` rows.
    public var inputWidth: Int { numHeads * headDim + 2 * numGroups * stateDim }
}
