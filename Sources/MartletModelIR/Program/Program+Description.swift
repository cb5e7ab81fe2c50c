extension Program: CustomStringConvertible {
    /// One line per op: number, name, width, operation; for logs, snapshots and debugging.
    public var description: String {
        let lines = nodes.enumerated().map { index, node in
            "%\(index) \(node.name) [\(node.width)] = \(node.op)"
        }
        return (lines + ["return \(output)", ""]).joined(separator: "\n")
    }
}

extension Value: CustomStringConvertible {
    /// `%` and the number.
    public var description: String { "%\(id)" }
}

extension WeightRef: CustomStringConvertible {
    /// Name and shape.
    public var description: String { name + "[" + shape.map(String.init).joined(separator: "x") + "]" }
}

extension AttentionSpec: CustomStringConvertible {
    /// Every number of the attention.
    public var description: String {
        "layer=\(layer) heads=\(numHeads) kv_heads=\(numKVHeads) head_dim=\(headDim) scale=\(scale)"
            + (slidingWindow.map { " sliding_window=\($0)" } ?? "")
    }
}

extension RotaryEmbedding: CustomStringConvertible {
    /// The pairing, the width, the factor and the ends of the series.
    public var description: String {
        let ends = "\(inverseFrequencies.first ?? 0)...\(inverseFrequencies.last ?? 0)"
        return "dim=\(rotaryDim) \(isNeoxStyle ? "neox" : "interleaved") inv_freq=\(ends)"
            + (attentionFactor == 1 ? "" : " attention_factor=\(attentionFactor)")
    }
}

extension Op: CustomStringConvertible {
    /// The operation with its inputs, weights and numbers.
    public var description: String {
        switch self {
        case .embed(let table):
            return "embed \(table)"
        case .rmsNorm(let x, let weight, let eps):
            return "rms_norm \(x) \(weight) eps=\(eps)"
        case .linear(let x, let weights, let bias):
            let biases = bias.isEmpty ? "" : " bias " + bias.map { $0?.description ?? "none" }.joined(separator: " ")
            return "linear \(x) " + weights.map(\.description).joined(separator: " ") + biases
        case .qkNorm(let x, let query, let key, let eps, _):
            return "qk_norm \(x) \(query) \(key) eps=\(eps)"
        case .rotary(let x, let rotary, _):
            return "rotary \(x) \(rotary)"
        case .attention(let x, let spec):
            return "attention \(x) \(spec)"
        case .gatedActivation(let x, let activation):
            return "gated_\(activation) \(x)"
        case .add(let x, let y):
            return "add \(x) \(y)"
        case .gatherLogitRows(let x):
            return "gather_logit_rows \(x)"
        }
    }
}
