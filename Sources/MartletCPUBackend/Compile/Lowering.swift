import MartletModelIR

/// Turns a program into few regions: norms and gathers join the linear that reads them, activations and sums the linear
/// that feeds them, rotations the attention. No fusion changes a result.
struct Lowering {
    private let nodes: [Program.Node]
    private let output: Int
    /// Nodes that read each value.
    private let consumers: [[Int]]
    /// Nodes whose work another region does.
    private var absorbed: Set<Int> = []
    private(set) var domains: [RowDomain] = []
    private(set) var regions: [LoweredRegion] = []

    /// Lowers the whole program.
    ///
    /// **Throws** when values of different rows are added.
    init(_ program: Program) throws(BackendError) {
        nodes = program.nodes
        output = program.output.id
        var consumers = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() {
            for input in node.op.inputs { consumers[input.id].append(index) }
        }
        self.consumers = consumers
        try findDomains()
        // Inputs first: wherever they were recorded, they are there before everything else.
        for index in nodes.indices where isInput(index) { try lower(index) }
        for index in nodes.indices where !isInput(index) && !absorbed.contains(index) { try lower(index) }
    }

    private mutating func findDomains() throws(BackendError) {
        for node in nodes {
            let inputs = node.op.inputs.map { domains[$0.id] }
            if case .gatherLogitRows = node.op {
                guard inputs == [.tokens] else { throw error(node, "gathers rows that were gathered before") }
                domains.append(.logitRows)
            } else {
                guard Set(inputs).count <= 1 else { throw error(node, "mixes all tokens with gathered rows") }
                let tokens: RowDomain = node.rowsPerToken == 1 ? .tokens : .tokenRows(node.rowsPerToken)
                domains.append(inputs.first == .logitRows ? .logitRows : tokens)
            }
            if node.op.needsTokens, domains.last == .logitRows {
                throw error(node, "needs all tokens, not gathered rows")
            }
        }
    }

    private func error(_ node: Program.Node, _ message: String) -> BackendError {
        BackendError(backend: CPUBackend.name, message: "\(node.name): \(message)")
    }

    private mutating func lower(_ index: Int) throws(BackendError) {
        switch nodes[index].op {
        case .embed(let table, let key): lowerEmbed(index, table, key)
        case .features: regions.append(.features(out: index))
        case .storeCrossKV(let x, let spec): regions.append(.storeCrossKV(x.id, spec, out: index))
        case .crossAttention(let x, let spec): regions.append(.crossAttention(x.id, spec, out: index))
        case .norm, .gatherLogitRows, .unfold:
            if !joinsLinear(index) { lowerRows(index) }
        case .linear(let x, let weights, let bias): lowerLinear(index, x.id, weights, bias)
        case .qkNorm(let x, let query, let key, let spec):
            if !joinsAttention(index) {
                regions.append(.heads(x.id, .norm(query: query, key: key), spec, out: index))
            }
        case .rotary(let x, let rotary, let spec):
            if !joinsAttention(index) { regions.append(.heads(x.id, .rotate(rotary), spec, out: index)) }
        case .attention(let x, let spec):
            let (value, ops) = headOps(before: x.id)
            regions.append(.attention(value, ops, spec, out: index))
        case .latentAttention(let query, let latent, let ropeKey, let spec):
            regions.append(
                .latentAttention(query: query.id, latent: latent.id, ropeKey: ropeKey.id, spec, out: index))
        case .gatedActivation(let x, let activation): regions.append(.gated(x.id, activation, out: index))
        case .activation(let x, let activation): regions.append(.map(x.id, .activation(activation), out: index))
        case .scale(let x, let factor): regions.append(.map(x.id, .scale(factor), out: index))
        case .softcap(let x, let cap): regions.append(.map(x.id, .softcap(cap), out: index))
        case .add(let x, let y): regions.append(.add(x.id, y.id, out: index))
        case .multiply(let x, let y): regions.append(.multiply(x.id, y.id, out: index))
        case .moe(let x, let experts): lowerExperts(index, x.id, experts)
        case .shortConv, .gatedDeltaNet, .mamba2: regions.append(.recurrent(nodes[index].op, out: index))
        }
    }

    /// A factor on embeddings, which some models have, joins the lookup.
    private mutating func lowerEmbed(_ index: Int, _ table: WeightRef, _ key: EmbeddingIndex) {
        guard let consumer = onlyConsumer(of: index), case .scale(_, let factor) = nodes[consumer].op else {
            return regions.append(.embed(table, key, nil, out: index))
        }
        absorbed.insert(consumer)
        regions.append(.embed(table, key, .scale(factor), out: consumer))
    }

    /// The only node that reads the value, unless the program's result is read too.
    private func onlyConsumer(of index: Int) -> Int? {
        index != output && consumers[index].count == 1 ? consumers[index][0] : nil
    }

    // MARK: Norms and gathers before a linear

    /// True when all readers of this norm or gather are linears, directly or through a norm or gather of that kind.
    private func joinsLinear(_ index: Int) -> Bool {
        guard index != output, !consumers[index].isEmpty else { return false }
        return consumers[index].allSatisfy { consumer in
            switch nodes[consumer].op {
            case .linear: true
            // Rows side by side are read so by a product alone.
            case _ where isUnfolded(index): false
            case .moe: true
            case .gatherLogitRows: joinsLinear(consumer)
            // Two norms in a row: the first is written out.
            case .norm: !isNormed(index) && joinsLinear(consumer)
            default: false
            }
        }
    }

    /// A norm or gather that is written out, with the sum that reads it.
    private mutating func lowerRows(_ index: Int) {
        let source = source(of: index, isForced: true)
        guard let consumer = onlyConsumer(of: index), case .add(let x, let y) = nodes[consumer].op, x != y,
            max(x.id, y.id) == index
        else { return regions.append(.rows(source, addend: nil, out: index)) }
        absorbed.insert(consumer)
        regions.append(.rows(source, addend: min(x.id, y.id), out: consumer))
    }

    private func isNormed(_ index: Int) -> Bool {
        switch nodes[index].op {
        case .norm: true
        case .gatherLogitRows(let x): isNormed(x.id)
        default: false
        }
    }

    private func isUnfolded(_ index: Int) -> Bool {
        if case .unfold = nodes[index].op { true } else { false }
    }

    private func isRowOp(_ index: Int) -> Bool {
        switch nodes[index].op {
        case .norm, .gatherLogitRows, .unfold: true
        default: false
        }
    }

    /// How a reader gets the value of `index`; `isForced` looks through this node although it is written out.
    private func source(of index: Int, isForced: Bool = false) -> LoweredSource {
        guard isRowOp(index), isForced || joinsLinear(index) else { return LoweredSource(value: index) }
        switch nodes[index].op {
        case .norm(let x, let norm):
            var source = source(of: x.id)
            source.norm = norm
            return source
        case .gatherLogitRows(let x):
            var source = source(of: x.id)
            source.isGathered = true
            return source
        case .unfold(let x, let unfold):
            return LoweredSource(value: x.id, unfold: unfold)
        default:
            return LoweredSource(value: index)
        }
    }

    // MARK: Activations and sums after a linear

    private mutating func lowerLinear(_ index: Int, _ x: Int, _ weights: [WeightRef], _ bias: [WeightRef?]) {
        var epilogue = LoweredEpilogue()
        var out = index
        while let consumer = onlyConsumer(of: out), join(nodes[consumer].op, after: out, of: index, weights, &epilogue)
        {
            absorbed.insert(consumer)
            out = consumer
            if epilogue.addend != nil { break }
        }
        regions.append(.linear(source(of: x), weights, bias: bias, epilogue, out: out))
    }

    /// Takes an op that reads the value `out` of the linear `index` into its epilogue, if it fits in there.
    private func join(
        _ op: Op, after out: Int, of index: Int, _ weights: [WeightRef], _ epilogue: inout LoweredEpilogue
    ) -> Bool {
        switch op {
        case .gatedActivation(_, let activation):
            guard out == index, weights.count == 2, weights[0].shape == weights[1].shape else { return false }
            epilogue.gate = activation
        case .activation(_, let activation): epilogue.functions.append(.activation(activation))
        case .scale(_, let factor): epilogue.functions.append(.scale(factor))
        case .softcap(_, let cap): epilogue.functions.append(.softcap(cap))
        case .add(let x, let y):
            let other = x.id == out ? y.id : x.id
            guard x != y, other < index || isInput(other) else { return false }
            epilogue.addend = other
        default: return false
        }
        return true
    }

    /// Made before everything else.
    private func isInput(_ index: Int) -> Bool {
        switch nodes[index].op {
        case .embed, .features: true
        default: false
        }
    }

    private mutating func lowerExperts(_ index: Int, _ x: Int, _ experts: MixtureOfExperts) {
        var (addend, out): (Int?, Int) = (nil, index)
        if let consumer = onlyConsumer(of: index), case .add(let a, let b) = nodes[consumer].op,
            min(a.id, b.id) < index, max(a.id, b.id) == index
        {
            // The other operand was made before the experts.
            (addend, out) = (min(a.id, b.id), consumer)
            absorbed.insert(consumer)
        }
        regions.append(.experts(source(of: x), experts, addend: addend, out: out))
    }

    // MARK: Head operations before an attention

    /// True when the op may change its input in place on the way into the only attention that reads it.
    private func joinsAttention(_ index: Int) -> Bool {
        guard index != output, consumers[index].count == 1, let input = nodes[index].op.inputs.first,
            consumers[input.id].count == 1, input.id != output
        else { return false }
        switch nodes[consumers[index][0]].op {
        case .attention: return true
        case .qkNorm, .rotary: return joinsAttention(consumers[index][0])
        default: return false
        }
    }

    private func headOps(before index: Int) -> (value: Int, ops: [LoweredHeadOp]) {
        switch nodes[index].op {
        case .qkNorm(let x, let query, let key, _) where joinsAttention(index):
            let (value, ops) = headOps(before: x.id)
            return (value, ops + [.norm(query: query, key: key)])
        case .rotary(let x, let rotary, _) where joinsAttention(index):
            let (value, ops) = headOps(before: x.id)
            return (value, ops + [.rotate(rotary)])
        default:
            return (index, [])
        }
    }
}

extension Op {
    /// Whether the op knows tokens by their place in a request.
    fileprivate var needsTokens: Bool {
        switch self {
        case .rotary, .attention, .storeCrossKV, .crossAttention, .unfold, .latentAttention, .shortConv, .gatedDeltaNet,
            .mamba2:
            true
        default: false
        }
    }
}
