extension Program {
    /// The program up to the value the vocabulary projection reads: a decoder's last hidden states after its final norm.
    ///
    /// Nil when the program does not end in a projection.
    public var hiddenStates: Program? {
        var last = output.id
        while true {
            switch nodes[last].op {
            case .softcap(let x, _), .scale(let x, _): last = x.id
            case .linear(let x, _, _): return Program(nodes: Array(nodes[...x.id]), output: x)
            default: return nil
            }
        }
    }
}
