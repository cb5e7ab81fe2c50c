internal import MartletModelIR

extension Recorder {
    /// `down_proj(act(gate_proj(x)) * up_proj(x))`.
    ///
    /// - Parameter width: Columns between the products; nil for the shape's `intermediate_size`.
    mutating func gatedMLP(
        _ x: Value, _ scope: WeightScope, _ shape: DecoderShape, width: Int? = nil, bias: Bool = false
    ) -> Value {
        let width = width ?? shape.intermediateSize
        let gateUp = linear(
            x, [(scope["gate_proj"], width), (scope["up_proj"], width)], in: shape.hiddenSize, bias: bias,
            name: scope["gate_up"].path)
        return gatedDown(gateUp, scope, shape, width: width, bias: bias)
    }

    /// As `gatedMLP`, gate and up lying in one `gate_up_proj`.
    mutating func fusedGatedMLP(
        _ x: Value, _ scope: WeightScope, _ shape: DecoderShape, bias: Bool = false
    ) -> Value {
        let gateUp = linear(
            x, [(scope["gate_up_proj"], 2 * shape.intermediateSize)], in: shape.hiddenSize, bias: bias,
            name: scope["gate_up_proj"].path)
        return gatedDown(gateUp, scope, shape, width: shape.intermediateSize, bias: bias)
    }

    /// `second(act(first(x)))`, without a gate.
    mutating func mlp(
        _ x: Value, _ scope: WeightScope, first: String = "up_proj", second: String = "down_proj",
        _ shape: DecoderShape, activation: Activation? = nil, bias: Bool = false
    ) -> Value {
        let hidden = linear(
            x, [(scope[first], shape.intermediateSize)], in: shape.hiddenSize, bias: bias, name: scope[first].path)
        let activated = emit(.activation(hidden, activation ?? shape.activation), name: scope["act"].path)
        return linear(
            activated, [(scope[second], shape.hiddenSize)], in: shape.intermediateSize, bias: bias,
            name: scope[second].path)
    }

    private mutating func gatedDown(
        _ gateUp: Value, _ scope: WeightScope, _ shape: DecoderShape, width: Int, bias: Bool
    ) -> Value {
        let activated = emit(.gatedActivation(gateUp, shape.activation), name: scope["act"].path)
        return linear(
            activated, [(scope["down_proj"], shape.hiddenSize)], in: width, bias: bias, name: scope["down_proj"].path)
    }
}
