extension Op {
    /// The values the op reads.
    public var inputs: [Value] {
        switch self {
        case .embed, .features: []
        case .norm(let x, _), .unfold(let x, _), .storeCrossKV(let x, _), .crossAttention(let x, _),
            .linear(let x, _, _), .qkNorm(let x, _, _, _), .rotary(let x, _, _),
            .attention(let x, _), .gatedActivation(let x, _), .activation(let x, _), .moe(let x, _), .scale(let x, _),
            .softcap(let x, _), .shortConv(let x, _), .gatherLogitRows(let x):
            [x]
        case .add(let x, let y), .multiply(let x, let y), .gatedDeltaNet(let x, let y, _), .mamba2(let x, let y, _):
            [x, y]
        case .latentAttention(let query, let latent, let ropeKey, _): [query, latent, ropeKey]
        }
    }

    /// The weights the op reads, biases included.
    public var weights: [WeightRef] {
        switch self {
        case .embed(let table, _): [table]
        case .norm(_, let norm): norm.weights + norm.biases
        case .linear(_, let weights, let bias): weights + bias.compactMap(\.self)
        case .qkNorm(_, let query, let key, _): query.weights + query.biases + key.weights + key.biases
        case .attention(_, let spec): spec.sinks.map { [$0] } ?? []
        case .latentAttention(_, _, _, let spec): [spec.keyUp, spec.valueUp]
        case .gatedActivation(_, let activation), .activation(_, let activation): activation.weights
        case .moe(_, let experts): experts.weights
        case .shortConv(_, let conv): [conv.weight] + (conv.bias.map { [$0] } ?? [])
        case .gatedDeltaNet(_, _, let net): [net.aLog, net.dtBias]
        case .mamba2(_, _, let mamba): [mamba.aLog, mamba.d, mamba.dtBias]
        case .features, .unfold, .storeCrossKV, .crossAttention, .rotary, .add, .multiply, .scale, .softcap,
            .gatherLogitRows:
            []
        }
    }

    /// Rows of the result for each of the step's tokens.
    func rowsPerToken(_ rows: (Value) -> Int) -> Int {
        switch self {
        case .features(_, let rowsPerToken):
            return rowsPerToken
        case .unfold(let x, let unfold):
            precondition(rows(x) % unfold.stride == 0, "\(rows(x)) rows per token in steps of \(unfold.stride)")
            return rows(x) / unfold.stride
        case .norm, .linear, .gatedActivation, .activation, .add, .multiply, .scale, .softcap:
            let counts = inputs.map(rows)
            precondition(Set(counts).count == 1, "rows of different tokens: \(counts)")
            return counts[0]
        case .embed, .qkNorm, .rotary, .attention, .storeCrossKV, .crossAttention, .latentAttention, .moe, .shortConv,
            .gatedDeltaNet, .mamba2, .gatherLogitRows:
            precondition(inputs.allSatisfy { rows($0) == 1 }, "several rows per token")
            return 1
        }
    }

    /// Columns of the result; traps when the inputs do not fit, which is an error in the model's code.
    func outputWidth(_ width: (Value) -> Int) -> Int {
        switch self {
        case .embed(let table, _):
            return table.shape[1]
        case .features(let width, _):
            return width
        case .unfold(let x, let unfold):
            precondition(unfold.kernelSize > 0 && unfold.stride > 0 && unfold.padding >= 0)
            return width(x) * unfold.kernelSize
        case .storeCrossKV(let x, let spec):
            precondition(width(x) == 2 * spec.width)
            return 0
        case .crossAttention(let x, let spec):
            precondition(width(x) == spec.width && spec.alignmentHeads.allSatisfy { $0 < spec.numHeads })
            return spec.width
        case .norm(let x, let norm):
            norm.check(width: width(x))
            return width(x)
        case .linear(let x, let weights, let bias):
            precondition(bias.isEmpty || bias.count == weights.count)
            for weight in weights { precondition(weight.shape[1] == width(x), "\(weight.name): input \(width(x))") }
            return weights.reduce(0) { $0 + $1.shape[0] }
        case .qkNorm(let x, let query, let key, let spec):
            precondition(width(x) == spec.qkvWidth)
            query.check(width: spec.numHeads * spec.headDim)
            key.check(width: spec.numKVHeads * spec.headDim)
            return spec.qkvWidth
        case .rotary(let x, let rotary, let spec):
            precondition(width(x) == spec.qkvWidth && rotary.rotaryDim <= spec.headDim)
            return spec.qkvWidth
        case .attention(let x, let spec):
            precondition(width(x) == spec.qkvWidth)
            precondition(spec.sinks.map { $0.shape == [spec.numHeads] } ?? true)
            return spec.numHeads * spec.headDim
        case .latentAttention(let query, let latent, let ropeKey, let spec):
            precondition(width(query) == spec.numHeads * (spec.nopeDim + spec.ropeDim))
            precondition(width(latent) == spec.latentDim && width(ropeKey) == spec.ropeDim)
            precondition(spec.keyUp.shape == [spec.numHeads * spec.nopeDim, spec.latentDim])
            precondition(spec.valueUp.shape == [spec.numHeads * spec.valueDim, spec.latentDim])
            precondition(spec.rotary.rotaryDim == spec.ropeDim)
            return spec.numHeads * spec.valueDim
        case .gatedActivation(let x, _):
            return width(x) / 2
        case .moe(let x, let experts):
            experts.check(hidden: width(x))
            return width(x)
        case .add(let x, let y):
            precondition(width(x) == width(y))
            return width(x)
        case .multiply(let x, let y):
            precondition(width(y) == width(x) || width(y) == 1)
            return width(x)
        case .shortConv(let x, let conv):
            precondition(conv.weight.shape[0] == width(x))
            precondition(conv.state.count == width(x) * (conv.weight.shape[1] - 1))
            return width(x)
        case .gatedDeltaNet(let x, let gates, let net):
            precondition(width(x) == net.inputWidth && width(gates) == 2 * net.numValueHeads)
            precondition(net.state.count == net.numValueHeads * net.keyDim * net.valueDim)
            return net.numValueHeads * net.valueDim
        case .mamba2(let x, let timeStep, let mamba):
            precondition(width(x) == mamba.inputWidth && width(timeStep) == mamba.numHeads)
            precondition(mamba.state.count == mamba.numHeads * mamba.headDim * mamba.stateDim)
            return mamba.numHeads * mamba.headDim
        case .activation(let x, _), .scale(let x, _), .softcap(let x, _), .gatherLogitRows(let x):
            return width(x)
        }
    }
}
