import MartletJSON

/// References to other schemas.
enum ReferenceKeywords {
    static func reference(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try schema.formula(of: target("$ref", schema).node)
    }

    static func recursiveReference(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try schema.formula(of: recursiveTarget(schema))
    }

    static func dynamicReference(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        try schema.formula(of: dynamicTarget(schema))
    }

    /// Every schema that a reference of this schema leads to.
    static func targets(_ schema: SchemaContext) throws(GrammarError) -> [Int] {
        var targets: [Int] = []
        if schema.value("$ref") != nil { targets.append(try target("$ref", schema).node) }
        if schema.value("$recursiveRef") != nil { targets.append(try recursiveTarget(schema)) }
        if schema.value("$dynamicRef") != nil { targets.append(try dynamicTarget(schema)) }
        return targets
    }

    private static func target(
        _ keyword: String, _ schema: SchemaContext
    ) throws(GrammarError) -> JSONSchemaDocument.Target {
        let reference = try schema.string(keyword) ?? ""
        return try schema.document.resolve(reference, at: schema.node, keyword: keyword)
    }

    /// Where the target is a `$recursiveAnchor`: the outermost schema on the way here that is one.
    private static func recursiveTarget(_ schema: SchemaContext) throws(GrammarError) -> Int {
        let target = try target("$recursiveRef", schema).node
        let resource = schema.document.resources[schema.document.nodes[target].resource]
        guard resource.root == target, resource.dynamicAnchors[""] != nil else { return target }
        return schema.scope.target(of: "") ?? target
    }

    /// Where the target is a `$dynamicAnchor`: the outermost schema on the way here that has the same.
    private static func dynamicTarget(_ schema: SchemaContext) throws(GrammarError) -> Int {
        let target = try target("$dynamicRef", schema)
        return target.dynamicAnchor.flatMap { schema.scope.target(of: $0) } ?? target.node
    }
}
