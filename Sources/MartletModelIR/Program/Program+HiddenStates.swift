extension Program {
    /// The program up to the value the vocabulary projection reads: a decoder's last hidden states after its final norm.
    ///
    /// Nil when the program does not end in a projection.
    public var hiddenStates: Program? {
        vocabularyProjection.map { Program(nodes: Array(nodes[...$0.input.id]), output: $0.input) }
    }

    /// What a decoder's vocabulary projection reads, and its weights.
    var vocabularyProjection: (input: Value, weights: [WeightRef])? {
        var last = output.id
        while true {
            switch nodes[last].op {
            case .softcap(let x, _), .scale(let x, _): last = x.id
            case .linear(let x, let weights, _): return (x, weights)
            default: return nil
            }
        }
    }

    /// The weight of the vocabulary projection, one row per token; nil where there is none.
    public var vocabularyWeight: WeightRef? {
        vocabularyProjection.flatMap { $0.weights.count == 1 ? $0.weights[0] : nil }
    }
}
