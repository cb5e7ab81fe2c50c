/// A recorded model: a list of ops in execution order, with a name and a width for every value.
public struct Program: Sendable, Hashable {
    /// One op, the name of its value and the value's width.
    public struct Node: Sendable, Hashable {
        /// The operation.
        public let op: Op
        /// Readable name, such as `layers.3.self_attn.qkv`.
        public let name: String
        /// Columns of the value.
        public let width: Int
        /// Rows of the value for each of the step's tokens.
        public let rowsPerToken: Int
    }

    /// The ops in execution order.
    public internal(set) var nodes: [Node] = []
    /// The value the program computes.
    public internal(set) var output: Value

    /// Alignment heads of all cross attentions.
    public var numAlignmentHeads: Int {
        nodes.reduce(0) { count, node in
            if case .crossAttention(_, let spec) = node.op { count + spec.alignmentHeads.count } else { count }
        }
    }

    /// Columns and rows per token of the features the program reads; nil when it reads none.
    public var features: (width: Int, rowsPerToken: Int)? {
        nodes.lazy.compactMap { node in
            if case .features(let width, let rowsPerToken) = node.op { (width, rowsPerToken) } else { nil }
        }.first
    }

    /// The weights the program reads, each once, in order of use.
    public var weights: [WeightRef] {
        var seen: Set<WeightRef> = []
        return nodes.flatMap(\.op.weights).filter { seen.insert($0).inserted }
    }
}

/// The only way to build a program.
public struct Recorder: ~Copyable {
    private var nodes: [Program.Node] = []

    /// A recorder without ops.
    public init() {}

    /// Appends an op; its shape is checked here, so that a wrong model fails when it is recorded.
    public mutating func emit(_ op: Op, name: String) -> Value {
        let width = op.outputWidth { nodes[$0.id].width }
        let rowsPerToken = op.rowsPerToken { nodes[$0.id].rowsPerToken }
        nodes.append(Program.Node(op: op, name: name, width: width, rowsPerToken: rowsPerToken))
        return Value(id: nodes.count - 1)
    }

    /// The finished program with `output` as its result.
    public consuming func finish(_ output: Value) -> Program { Program(nodes: nodes, output: output) }
}
