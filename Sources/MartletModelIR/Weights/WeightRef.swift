/// A weight as a program names it: Hugging Face name and shape; its format is the checkpoint's business.
public struct WeightRef: Hashable, Sendable {
    /// The name it is stored under, for instance `model.layers.0.self_attn.q_proj.weight`.
    public let name: String
    /// Outermost dimension first: `[out, in]` for a linear weight. The shape of what is selected.
    public let shape: [Int]
    /// Which part of the stored tensor it is, and how that lies there.
    public let selection: WeightSelection

    /// A reference to the weight `name` of the given shape.
    public init(name: String, shape: [Int], selection: WeightSelection = .all) {
        self.name = name
        self.shape = shape
        self.selection = selection
    }

    /// Rows of this weight, see `WeightSelection.Rows`; a vector's elements are its rows.
    public func rows(start: Int = 0, length: Int, stride: Int = 0, count: Int = 1) -> WeightRef {
        precondition(selection.rows == nil, "\(name): rows of rows")
        let rows = WeightSelection.Rows(
            start: start, length: length, stride: stride, count: count, storedRows: shape[0])
        precondition(start + (count - 1) * stride + length <= shape[0], "\(name): rows beyond \(shape[0])")
        var selection = selection
        selection.rows = rows
        return WeightRef(name: name, shape: [length * count] + shape.dropFirst(), selection: selection)
    }

    /// This `[out, in]` weight where the file has it as `[in, out]`.
    public var transposed: WeightRef {
        precondition(selection.rows == nil && shape.count == 2, "\(name): cannot be stored transposed")
        var selection = selection
        selection.isTransposed = true
        return WeightRef(name: name, shape: shape, selection: selection)
    }

    /// This `[out, in]` weight where the file has it as a convolution's `[out, in / kernelSize, kernelSize]`.
    public func convolution(kernelSize: Int) -> WeightRef {
        precondition(
            selection == .all && shape.count == 2 && kernelSize > 0 && shape[1] % kernelSize == 0,
            "\(name): cannot be a convolution")
        var selection = selection
        selection.kernelSize = kernelSize
        return WeightRef(name: name, shape: shape, selection: selection)
    }

    /// This weight where the file has `count` of its shape stacked in one tensor.
    public func stacked(at index: Int, of count: Int) -> WeightRef {
        precondition(selection == .all && index >= 0 && index < count, "\(name): cannot be stacked")
        return WeightRef(name: name, shape: shape, selection: WeightSelection(index: index, stackCount: count))
    }
}

/// Which part of a stored tensor a weight is. Applied in this order: `index`, `isTransposed`, `rows`.
public struct WeightSelection: Hashable, Sendable {
    /// Blocks of rows: `count` blocks of `length` rows, the first at `start`, each `stride` after the last.
    public struct Rows: Hashable, Sendable {
        /// First row of the first block.
        public var start: Int
        /// Rows of a block.
        public var length: Int
        /// From one block's first row to the next.
        public var stride: Int
        /// Blocks.
        public var count: Int
        /// Rows there are in all.
        public var storedRows: Int
    }

    /// Which of the tensors stacked along the first dimension; nil: the tensor is not a stack.
    public var index: Int?
    /// How many are stacked.
    public var stackCount = 0
    /// The file has `[in, out]`.
    public var isTransposed = false
    /// Which rows; nil for all.
    public var rows: Rows?
    /// The last dimension of a convolution's weight, which then is the whole tensor; nil: the tensor is no such.
    public var kernelSize: Int?

    /// Everything, as stored.
    public static let all = WeightSelection()
}

/// A path into the checkpoint's names that is walked like folders: `w["layers"][3]["mlp"]`.
public struct WeightScope: Sendable {
    /// The dotted path, empty at the root.
    public let path: String

    /// The scope at `path`.
    public init(_ path: String = "") { self.path = path }

    /// The scope one component deeper.
    public subscript(_ key: String) -> WeightScope { WeightScope(path.isEmpty ? key : "\(path).\(key)") }

    /// The scope of a numbered component.
    public subscript(_ index: Int) -> WeightScope { self["\(index)"] }

    /// `<path>.weight` of shape `[out, in]`.
    public func weight(out: Int, in width: Int) -> WeightRef {
        WeightRef(name: self["weight"].path, shape: [out, width])
    }

    /// `<path>.weight` of shape `[width]`.
    public func weight(_ width: Int) -> WeightRef { WeightRef(name: self["weight"].path, shape: [width]) }

    /// `<path>.bias` of shape `[width]`.
    public func bias(_ width: Int) -> WeightRef { WeightRef(name: self["bias"].path, shape: [width]) }
}
