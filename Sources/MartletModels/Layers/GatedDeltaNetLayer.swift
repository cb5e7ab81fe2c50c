internal import MartletModelIR

/// The numbers of a gated DeltaNet layer as Qwen configurations spell them.
struct DeltaNetShape: Hashable, Sendable {
    let numKeyHeads: Int
    let numValueHeads: Int
    let keyDim: Int
    let valueDim: Int
    let convKernel: Int

    /// Reads the `linear_*` keys, whose defaults are the same in all families.
    init(config: ModelConfig) throws(ModelError) {
        numKeyHeads = try config.size("linear_num_key_heads", default: 16, limit: 65_536)
        numValueHeads = try config.size("linear_num_value_heads", default: 32, limit: 65_536)
        keyDim = try config.size("linear_key_head_dim", default: 128, limit: 65_536)
        valueDim = try config.size("linear_value_head_dim", default: 128, limit: 65_536)
        convKernel = try config.size("linear_conv_kernel_dim", default: 4, limit: 65_536)
        guard numValueHeads % numKeyHeads == 0 else {
            throw config.error(
                "linear_num_value_heads", "expected a multiple of \(numKeyHeads) key heads, found \(numValueHeads)")
        }
    }

    /// Columns of all q heads, and of all k heads.
    var keyWidth: Int { numKeyHeads * keyDim }
    /// Columns of all v heads.
    var valueWidth: Int { numValueHeads * valueDim }
    /// Columns of a merged `[q | k | v]` row.
    var qkvWidth: Int { 2 * keyWidth + valueWidth }
    /// Value heads that share a key head.
    var valueHeadsPerKeyHead: Int { numValueHeads / numKeyHeads }

    private var convElements: Int { (convKernel - 1) * qkvWidth }
    private var stateElements: Int { numValueHeads * keyDim * valueDim }

    /// What a layer keeps per request: the heads' states, then the convolution's last inputs.
    func recurrentSpec(layer: Int) -> RecurrentSpec {
        RecurrentSpec(layer: layer, elements: stateElements + convElements)
    }

    fileprivate func convState(layer: Int) -> StateRef { StateRef(layer: layer, offset: stateElements, count: convElements) }
    fileprivate func headState(layer: Int) -> StateRef {
        StateRef(layer: layer, offset: 0, count: stateElements)
    }
}

/// What a gated DeltaNet layer projects from its input.
struct DeltaNetInputs {
    /// `[q | k | v]`.
    var qkv: Value
    /// The gate of the norm.
    var z: Value
    /// `[b | a]`.
    var gates: Value
}

extension Recorder {
    /// Convolution, delta rule, norm of every head times silu of `z`, output projection.
    ///
    /// **Source** transformers `modeling_qwen3_next.py` `Qwen3NextGatedDeltaNet`.
    mutating func gatedDeltaNet(
        _ inputs: DeltaNetInputs, _ scope: WeightScope, layer: Int, _ net: DeltaNetShape, _ shape: DecoderShape
    ) -> Value {
        let mixed = shortConv(
            inputs.qkv, scope["conv1d"], kernel: net.convKernel, channels: net.qkvWidth, bias: false,
            activation: shape.activation, state: net.convState(layer: layer))
        let heads = emit(
            .gatedDeltaNet(
                mixed, gates: inputs.gates,
                GatedDeltaNet(
                    numKeyHeads: net.numKeyHeads, numValueHeads: net.numValueHeads, keyDim: net.keyDim,
                    valueDim: net.valueDim, aLog: WeightRef(name: scope["A_log"].path, shape: [net.numValueHeads]),
                    dtBias: WeightRef(name: scope["dt_bias"].path, shape: [net.numValueHeads]),
                    state: net.headState(layer: layer))),
            name: scope["delta_rule"].path)
        let normed = norm(heads, .rms(scope["norm"].weight(net.valueDim), eps: shape.normEps), scope["norm"])
        let gate = emit(.activation(inputs.z, .silu), name: scope["gate"].path)
        let gated = emit(.multiply(normed, gate), name: scope["gated"].path)
        return linear(
            gated, [(scope["out_proj"], shape.hiddenSize)], in: net.valueWidth, name: scope["out_proj"].path)
    }

    /// Causal depthwise convolution with `<scope>.weight`, then an activation.
    mutating func shortConv(
        _ x: Value, _ scope: WeightScope, kernel: Int, channels: Int, bias: Bool, activation: Activation?,
        state: StateRef
    ) -> Value {
        // Silu is worked out with the sum; others follow it.
        let isFused = activation == .silu
        let y = emit(
            .shortConv(
                x,
                ShortConv(
                    weight: scope.weight(out: channels, in: kernel), bias: bias ? scope.bias(channels) : nil,
                    activation: isFused ? .silu : nil, state: state)),
            name: scope.path)
        guard let activation, !isFused else { return y }
        return emit(.activation(y, activation), name: scope["act"].path)
    }
}
