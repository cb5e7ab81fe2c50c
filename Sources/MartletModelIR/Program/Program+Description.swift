extension Program: CustomStringConvertible {
    /// One line per op: number, name, width, operation; for logs, snapshots and debugging.
    public var description: String {
        let lines = nodes.enumerated().map { index, node in
            let rows = node.rowsPerToken == 1 ? "" : "\(node.rowsPerToken)x"
            return "%\(index) \(node.name) [\(rows)\(node.width)] = \(node.op)"
        }
        return (lines + ["return \(output)", ""]).joined(separator: "\n")
    }
}

extension Value: CustomStringConvertible {
    /// `%` and the number.
    public var description: String { "%\(id)" }
}

extension WeightRef: CustomStringConvertible {
    /// Name, shape and what is selected.
    public var description: String {
        name + "[" + shape.map(String.init).joined(separator: "x") + "]" + selection.description
    }
}

extension WeightSelection: CustomStringConvertible {
    /// What is selected; empty for everything as stored.
    public var description: String {
        var text = index.map { "@\($0)" } ?? ""
        if isTransposed { text += ".T" }
        if let rows {
            text +=
                " rows \(rows.start)+\(rows.length)" + (rows.count == 1 ? "" : " every \(rows.stride), \(rows.count)x")
        }
        return text
    }
}

extension AttentionSpec: CustomStringConvertible {
    /// Every number of the attention.
    public var description: String {
        "layer=\(layer) heads=\(numHeads) kv_heads=\(numKVHeads) head_dim=\(headDim) scale=\(scale)"
            + (slidingWindow.map { " sliding_window=\($0)" } ?? "") + (softcap.map { " softcap=\($0)" } ?? "")
            + (sinks.map { " sinks=\($0)" } ?? "") + (isCausal ? "" : " bidirectional")
    }
}

extension CrossAttentionSpec: CustomStringConvertible {
    /// Every number of the attention.
    public var description: String {
        "layer=\(layer) heads=\(numHeads) head_dim=\(headDim) scale=\(scale) positions=\(numPositions)"
            + (alignmentHeads.isEmpty ? "" : " alignment=\(alignmentHeads)")
    }
}

extension LatentAttentionSpec: CustomStringConvertible {
    /// Every number of the attention.
    public var description: String {
        "layer=\(layer) heads=\(numHeads) nope=\(nopeDim) rope=\(ropeDim) value=\(valueDim) latent=\(latentDim) "
            + "scale=\(scale) \(keyUp) \(valueUp) rotary \(rotary)"
    }
}

extension RotaryEmbedding: CustomStringConvertible {
    /// The pairing, the width, the factor and the ends of the series.
    public var description: String {
        func ends(_ series: [Float]) -> String { "\(series.first ?? 0)...\(series.last ?? 0)" }
        return "dim=\(rotaryDim) \(isNeoxStyle ? "neox" : "interleaved") inv_freq=\(ends(inverseFrequencies))"
            + (attentionFactor == 1 ? "" : " attention_factor=\(attentionFactor)")
            + (queryScaling.map { " query_beta=\($0.beta)/\($0.originalMaxPositionEmbeddings)" } ?? "")
            + (long.map { " beyond=\($0.length) inv_freq=\(ends($0.inverseFrequencies))" } ?? "")
    }
}

extension Norm: CustomStringConvertible {
    /// Kind, weights and numbers.
    public var description: String {
        let parts = (weights + biases).map(\.description).joined(separator: " ")
        return "\(kind) group=\(groupSize) \(parts) eps=\(eps)" + (weightOffset == 0 ? "" : " offset=\(weightOffset)")
    }
}

extension MixtureOfExperts: CustomStringConvertible {
    /// The routing, and the weights of the first expert for all.
    public var description: String {
        let biases = [routerBias, correctionBias, gateBias.first, upBias.first, downBias.first].compactMap(\.self)
        return "experts=\(numExperts) top_k=\(routing.topK) \(routing.scoring)"
            + (routing.numGroups > 1
                ? " groups=\(routing.topGroups)/\(routing.numGroups) by \(routing.groupScore)" : "")
            + (routing.renormalizes ? " renormalized" : "") + (routing.scale == 1 ? "" : " scale=\(routing.scale)")
            + " \(activation) \(router) \(gate[0]) \(up[0]) \(down[0])"
            + biases.map { " \($0)" }.joined()
    }
}

extension Op: CustomStringConvertible {
    /// The operation with its inputs, weights and numbers.
    public var description: String {
        switch self {
        case .embed(let table, .tokenID): "embed \(table)"
        case .embed(let table, .position(let offset)): "embed_position \(table) offset=\(offset)"
        case .embed(let table, .tokenType): "embed_token_type \(table)"
        case .features(let width, let rowsPerToken): "features \(rowsPerToken)x\(width)"
        case .unfold(let x, let unfold):
            "unfold \(x) kernel=\(unfold.kernelSize) stride=\(unfold.stride) padding=\(unfold.padding)"
        case .storeCrossKV(let x, let spec): "store_cross_kv \(x) \(spec)"
        case .crossAttention(let x, let spec): "cross_attention \(x) \(spec)"
        case .norm(let x, let norm): "norm \(x) \(norm)"
        case .linear(let x, let weights, let bias): Self.linear(x, weights, bias)
        case .qkNorm(let x, let query, let key, _): "qk_norm \(x) q \(query) k \(key)"
        case .rotary(let x, let rotary, _): "rotary \(x) \(rotary)"
        case .attention(let x, let spec): "attention \(x) \(spec)"
        case .latentAttention(let q, let latent, let rope, let spec): "latent_attention \(q) \(latent) \(rope) \(spec)"
        case .gatedActivation(let x, let activation): "gated_\(activation) \(x)"
        case .activation(let x, let activation): "\(activation) \(x)"
        case .moe(let x, let experts): "moe \(x) \(experts)"
        case .add(let x, let y): "add \(x) \(y)"
        case .multiply(let x, let y): "multiply \(x) \(y)"
        case .scale(let x, let factor): "scale \(x) \(factor)"
        case .softcap(let x, let cap): "softcap \(x) \(cap)"
        case .shortConv(let x, let conv):
            "short_conv \(x) \(conv.weight)" + (conv.bias.map { " \($0)" } ?? "")
                + (conv.activation.map { " \($0)" } ?? "") + " \(conv.state)"
        case .gatedDeltaNet(let x, let gates, let net):
            "gated_delta_net \(x) \(gates) key_heads=\(net.numKeyHeads)x\(net.keyDim) "
                + "value_heads=\(net.numValueHeads)x\(net.valueDim) \(net.aLog) \(net.dtBias) \(net.state)"
        case .mamba2(let x, let timeStep, let mamba):
            "mamba2 \(x) \(timeStep) heads=\(mamba.numHeads)x\(mamba.headDim) groups=\(mamba.numGroups) "
                + "state=\(mamba.stateDim) \(mamba.aLog) \(mamba.d) \(mamba.dtBias) \(mamba.state)"
        case .gatherLogitRows(let x): "gather_logit_rows \(x)"
        }
    }

    private static func linear(_ x: Value, _ weights: [WeightRef], _ bias: [WeightRef?]) -> String {
        let biases = bias.isEmpty ? "" : " bias " + bias.map { $0?.description ?? "none" }.joined(separator: " ")
        return "linear \(x) " + weights.map(\.description).joined(separator: " ") + biases
    }
}

extension StateRef: CustomStringConvertible {
    /// Layer and place.
    public var description: String { "state layer=\(layer) \(offset)+\(count)" }
}
