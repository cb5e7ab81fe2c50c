import MartletJSON

/// What the presence of a property asks for.
enum DependentKeywords {
    static func dependentRequired(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        var parts: [Formula] = []
        for (name, value) in try schema.members("dependentRequired") ?? JSONObject() {
            parts.append(with(name, .each(required(try ObjectKeywords.names("dependentRequired", value, schema)))))
        }
        return .each(parts)
    }

    static func dependentSchemas(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        .each(try schema.namedSchemas("dependentSchemas").map { with($0.name, schema.formula(of: $0.node)) })
    }

    /// Either of the two, and in draft 3 also a single name.
    static func dependencies(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let found = schema.found("dependencies") else { return .always }
        var nodes = found.children.makeIterator()
        var parts: [Formula] = []
        for (name, value) in try schema.members("dependencies") ?? JSONObject() {
            if value.isSchema, let node = nodes.next() {
                parts.append(with(name, schema.formula(of: node)))
            } else if case .string(let other) = value {
                parts.append(with(name, .assertion(.required(other))))
            } else {
                parts.append(with(name, .each(required(try ObjectKeywords.names("dependencies", value, schema)))))
            }
        }
        return .each(parts)
    }

    /// The schemas that apply where an object has a property of the name.
    static func schemas(_ schema: SchemaContext) throws(GrammarError) -> [(name: String, node: Int)] {
        let older = schema.value("dependencies")?.objectValue ?? JSONObject()
        let names = older.filter { $0.value.isSchema }.map { $0.key }
        let nodes = schema.found("dependencies")?.children ?? 0..<0
        return try schema.namedSchemas("dependentSchemas") + zip(names, nodes).map { (name: $0, node: $1) }
    }

    private static func required(_ names: [String]) -> [Formula] { names.map { .assertion(.required($0)) } }

    /// `formula` for objects that have the property.
    private static func with(_ name: String, _ formula: Formula) -> Formula {
        if formula == .always { return .always }
        return .any([.none(present(name)), formula])
    }

    /// An object that has the property; unlike `required` it does not hold for other types.
    static func present(_ name: String) -> Formula {
        .all([.assertion(.type(.object)), .assertion(.required(name))])
    }
}
