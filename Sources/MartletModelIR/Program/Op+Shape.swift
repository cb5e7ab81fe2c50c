extension Op {
    /// The values the op reads.
    public var inputs: [Value] {
        switch self {
        case .embed: []
        case .rmsNorm(let x, _, _), .linear(let x, _, _), .qkNorm(let x, _, _, _, _), .rotary(let x, _, _),
            .attention(let x, _), .gatedActivation(let x, _), .gatherLogitRows(let x):
            [x]
        case .add(let x, let y): [x, y]
        }
    }

    /// The weights the op reads, biases included.
    public var weights: [WeightRef] {
        switch self {
        case .embed(let table): [table]
        case .rmsNorm(_, let weight, _): [weight]
        case .linear(_, let weights, let bias): weights + bias.compactMap(\.self)
        case .qkNorm(_, let query, let key, _, _): [query, key]
        case .rotary, .attention, .gatedActivation, .add, .gatherLogitRows: []
        }
    }

    /// Columns of the result; traps when the inputs do not fit, which is an error in the model's code.
    func outputWidth(_ width: (Value) -> Int) -> Int {
        switch self {
        case .embed(let table):
            return table.shape[1]
        case .rmsNorm(let x, let weight, _):
            precondition(weight.shape == [width(x)], "\(weight.name): norm of width \(width(x))")
            return width(x)
        case .linear(let x, let weights, let bias):
            precondition(bias.isEmpty || bias.count == weights.count)
            for weight in weights { precondition(weight.shape[1] == width(x), "\(weight.name): input \(width(x))") }
            return weights.reduce(0) { $0 + $1.shape[0] }
        case .qkNorm(let x, let query, let key, _, let spec):
            precondition(width(x) == spec.qkvWidth)
            precondition(query.shape == [spec.headDim] && key.shape == [spec.headDim], "\(query.name): head width")
            return spec.qkvWidth
        case .rotary(let x, let rotary, let spec):
            precondition(width(x) == spec.qkvWidth && rotary.rotaryDim <= spec.headDim)
            return spec.qkvWidth
        case .attention(let x, let spec):
            precondition(width(x) == spec.qkvWidth)
            return spec.numHeads * spec.headDim
        case .gatedActivation(let x, _):
            return width(x) / 2
        case .add(let x, let y):
            precondition(width(x) == width(y))
            return width(x)
        case .gatherLogitRows(let x):
            return width(x)
        }
    }
}
