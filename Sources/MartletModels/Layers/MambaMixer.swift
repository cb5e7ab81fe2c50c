internal import MartletJSON
internal import MartletModelIR

/// The numbers of a Mamba-2 mixer.
struct MambaShape: Hashable, Sendable {
    var numHeads: Int
    var headDim: Int
    var numGroups: Int
    var stateDim: Int
    var convKernel: Int
    var hasConvBias: Bool
    /// Of `in_proj` and `out_proj`.
    var hasProjectionBias: Bool
    /// After the convolution.
    var activation: Activation
    var minTimeStep: Float
    var maxTimeStep: Float
    /// Of the norm behind the state space.
    var normEps: Float

    /// Columns of x, and of the gate.
    var innerWidth: Int { numHeads * headDim }
    /// Columns of a merged `[x | B | C]` row.
    var convWidth: Int { innerWidth + 2 * numGroups * stateDim }

    private var convElements: Int { (convKernel - 1) * convWidth }
    private var stateElements: Int { innerWidth * stateDim }

    /// What a layer keeps per request: the heads' states, then the convolution's last inputs.
    func recurrentSpec(layer: Int) -> RecurrentSpec {
        RecurrentSpec(layer: layer, elements: stateElements + convElements)
    }

    fileprivate func convState(layer: Int) -> StateRef { StateRef(layer: layer, offset: stateElements, count: convElements) }
    fileprivate func headState(layer: Int) -> StateRef {
        StateRef(layer: layer, offset: 0, count: stateElements)
    }

    /// Refuses counts that do not divide each other.
    func check(_ config: ModelConfig, headsKey: String, groupsKey: String) throws(ModelError) {
        guard numHeads % numGroups == 0 else {
            throw config.error(groupsKey, "expected a divisor of \(numHeads) heads (\(headsKey)), found \(numGroups)")
        }
    }
}

extension ModelConfig {
    /// The bounds of Mamba-2's time step: two numbers, of which the second may be infinite.
    ///
    /// transformers writes infinity as `{"__float__": "Infinity"}`.
    func timeStepLimit(_ key: String) throws(ModelError) -> (min: Float, max: Float) {
        guard let value = present(key) else { return (0, .infinity) }
        var bounds: [Float] = []
        for element in value.arrayValue ?? [] {
            if let number = element.doubleValue { bounds.append(Float(number)) }
            if element["__float__"]?.stringValue == "Infinity" { bounds.append(.infinity) }
        }
        guard bounds.count == 2, value.arrayValue?.count == 2, bounds[0] <= bounds[1] else {
            throw error(key, "expected two numbers, the smaller first")
        }
        return (bounds[0], bounds[1])
    }
}

extension Recorder {
    /// Mamba-2's mixer: `in_proj` to gate, `[x | B | C]` and time steps; convolution; state space; gate and norm;
    /// `out_proj`.
    ///
    /// **Source** transformers `modeling_mamba2.py` `Mamba2Mixer`, `modeling_granitemoehybrid.py`.
    mutating func mambaMixer(
        _ x: Value, _ scope: WeightScope, layer: Int, _ mamba: MambaShape, hiddenSize: Int
    ) -> Value {
        let (inner, conv) = (mamba.innerWidth, mamba.convWidth)
        let projection = scope["in_proj"].weight(out: inner + conv + mamba.numHeads, in: hiddenSize)
        let bias = scope["in_proj"].bias(inner + conv + mamba.numHeads)
        func part(_ start: Int, _ length: Int, _ recorder: inout Recorder, _ name: String) -> Value {
            recorder.emit(
                .linear(
                    x, [projection.rows(start: start, length: length)],
                    bias: mamba.hasProjectionBias ? [bias.rows(start: start, length: length)] : []),
                name: scope[name].path)
        }
        let gate = part(0, inner, &self, "gate")
        let xBC = part(inner, conv, &self, "x_b_c")
        let timeStep = part(inner + conv, mamba.numHeads, &self, "time_step")
        let mixed = shortConv(
            xBC, scope["conv1d"], kernel: mamba.convKernel, channels: conv, bias: mamba.hasConvBias,
            activation: mamba.activation, state: mamba.convState(layer: layer))
        func perHead(_ name: String) -> WeightRef { WeightRef(name: scope[name].path, shape: [mamba.numHeads]) }
        let heads = emit(
            .mamba2(
                mixed, timeStep: timeStep,
                Mamba2(
                    numHeads: mamba.numHeads, headDim: mamba.headDim, numGroups: mamba.numGroups,
                    stateDim: mamba.stateDim, aLog: perHead("A_log"), d: perHead("D"), dtBias: perHead("dt_bias"),
                    minTimeStep: mamba.minTimeStep, maxTimeStep: mamba.maxTimeStep,
                    state: mamba.headState(layer: layer))),
            name: scope["ssm"].path)
        let opened = emit(.activation(gate, .silu), name: scope["gate.silu"].path)
        let gated = emit(.multiply(heads, opened), name: scope["gated"].path)
        let normed = norm(
            gated,
            Norm(
                .rms, groupSize: inner / mamba.numGroups, weights: [scope["norm"].weight(inner)], eps: mamba.normEps),
            scope["norm"])
        return linear(
            normed, [(scope["out_proj"], hiddenSize)], in: inner, bias: mamba.hasProjectionBias,
            name: scope["out_proj"].path)
    }
}
