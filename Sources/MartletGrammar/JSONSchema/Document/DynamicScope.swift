/// What dynamic references mean on the way that led to a schema: for each name of a `$dynamicAnchor`, the schema of the
/// outermost resource that has it. The rest of the way makes no difference.
struct DynamicScope: Hashable, Sendable {
    /// Sorted by name.
    private var bindings: [Binding] = []

    private struct Binding: Hashable {
        var name: String
        var node: Int
    }

    func target(of name: String) -> Int? { bindings.first { $0.name == name }?.node }

    /// The scope within a resource: its anchors count where no outer resource has the name.
    mutating func enter(_ resource: SchemaResource) {
        guard !resource.dynamicAnchors.isEmpty else { return }
        for (name, node) in resource.dynamicAnchors where target(of: name) == nil {
            bindings.append(Binding(name: name, node: node))
        }
        bindings.sort { $0.name < $1.name }
    }
}
