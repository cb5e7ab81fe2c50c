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
        for index in nodes.indices where !absorbed.contains(index) { try lower(index) }
    }

    private mutating func findDomains() throws(BackendError) {
        for node in nodes {
            let inputs = node.op.inputs.map { domains[$0.id] }
            if case .gatherLogitRows = node.op {
                guard inputs == [.tokens] else { throw error(node, "gathers rows that were gathered before") }
                domains.append(.logitRows)
            } else {
                guard Set(inputs).count <= 1 else { throw error(node, "mixes all tokens with gathered rows") }
                domains.append(inputs.first ?? .tokens)
            }
            if case .attention = node.op, domains.last == .logitRows { throw error(node, "attends from gathered rows") }
            if case .rotary = node.op, domains.last == .logitRows { throw error(node, "rotates gathered rows") }
        }
    }

    private func error(_ node: Program.Node, _ message: String) -> BackendError {
        BackendError(backend: CPUBackend.name, message: "\(node.name): \(message)")
    }

    private mutating func lower(_ index: Int) throws(BackendError) {
        switch nodes[index].op {
        case .embed(let table, let key): regions.append(.embed(table, key, out: index))
        case .norm, .gatherLogitRows:
            if !joinsLinear(index) { regions.append(.rows(source(of: index, isForced: true), out: index)) }
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
        case .gatedActivation(let x, .silu): regions.append(.gatedSilu(x.id, out: index))
        case .add(let x, let y): regions.append(.add(x.id, y.id, out: index))
        case .moe(let x, let experts): lowerExperts(index, x.id, experts)
        case .latentAttention, .gatedActivation, .activation, .multiply, .scale, .softcap, .shortConv,
            .gatedDeltaNet, .mamba2:
            throw error(nodes[index], "\(nodes[index].op) is not supported")
        }
    }

    // MARK: Norms and gathers before a linear

    /// True when all readers of this norm or gather are linears, directly or through a norm or gather of that kind.
    private func joinsLinear(_ index: Int) -> Bool {
        guard index != output, !consumers[index].isEmpty else { return false }
        return consumers[index].allSatisfy { consumer in
            switch nodes[consumer].op {
            case .linear, .moe: true
            case .gatherLogitRows: joinsLinear(consumer)
            // Two norms in a row: the first is written out.
            case .norm: !isNormed(index) && joinsLinear(consumer)
            default: false
            }
        }
    }

    private func isNormed(_ index: Int) -> Bool {
        switch nodes[index].op {
        case .norm: true
        case .gatherLogitRows(let x): isNormed(x.id)
        default: false
        }
    }

    private func isRowOp(_ index: Int) -> Bool {
        switch nodes[index].op {
        case .norm, .gatherLogitRows: true
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
        default:
            return LoweredSource(value: index)
        }
    }

    // MARK: Activations and sums after a linear

    private mutating func lowerLinear(_ index: Int, _ x: Int, _ weights: [WeightRef], _ bias: [WeightRef?]) {
        var epilogue = LoweredEpilogue.none
        var out = index
        if index != output, let consumer = consumers[index].first, consumers[index].count == 1 {
            switch nodes[consumer].op {
            case .gatedActivation(_, .silu) where weights.count == 2 && weights[0].shape == weights[1].shape:
                epilogue = .gatedSilu
            case .add(let a, let b) where min(a.id, b.id) < index && max(a.id, b.id) == index:
                // The other operand was made before this linear.
                epilogue = .add(min(a.id, b.id))
            default: break
            }
            if epilogue != .none {
                absorbed.insert(consumer)
                out = consumer
            }
        }
        regions.append(.linear(source(of: x), weights, bias: bias, epilogue, out: out))
    }

    private mutating func lowerExperts(_ index: Int, _ x: Int, _ experts: MixtureOfExperts) {
        var (addend, out): (Int?, Int) = (nil, index)
        if index != output, consumers[index].count == 1, case .add(let a, let b) = nodes[consumers[index][0]].op,
            min(a.id, b.id) < index, max(a.id, b.id) == index
        {
            // The other operand was made before the experts.
            out = consumers[index][0]
            addend = min(a.id, b.id)
            absorbed.insert(out)
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
