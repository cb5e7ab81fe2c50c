extension Program {
    /// Requests of more tokens take `RotaryEmbedding.long`; nil where no op has such a variant.
    ///
    /// All layers switch together, as they do in transformers, at the shortest length any of them names.
    public var longRotaryLength: Int? {
        nodes.compactMap { node in
            switch node.op {
            case .rotary(_, let rotary, _): rotary.long?.length
            case .latentAttention(_, _, _, let spec): spec.rotary.long?.length
            default: nil
            }
        }.min()
    }
}
