/// A weight as a program names it: Hugging Face name and shape; its format is the checkpoint's business.
public struct WeightRef: Hashable, Sendable {
    /// Hugging Face name, for instance `model.layers.0.self_attn.q_proj.weight`.
    public let name: String
    /// Outermost dimension first: `[out, in]` for a linear weight.
    public let shape: [Int]

    /// A reference to the weight `name` of the given shape.
    public init(name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
    }
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
