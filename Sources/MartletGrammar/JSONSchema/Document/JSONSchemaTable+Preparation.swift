extension JSONSchemaTable {
    /// Translates everything that can be reached from `root`, so that whatever is wrong in the schema is known before
    /// anything is generated; and refuses schemas that apply themselves to the same value without end.
    func prepare(_ root: SchemaID) throws(GrammarError) {
        var reached: Set<SchemaID> = [root]
        var waiting = [root]
        var applied: [SchemaID: [SchemaID]] = [:]
        var order: [SchemaID] = []
        while let schema = waiting.popLast() {
            try document.budget.spend()
            order.append(schema)
            var same: [SchemaID] = []
            try formula(of: schema).forEachReference { target, isSameValue in
                if reached.insert(target).inserted { waiting.append(target) }
                if isSameValue { same.append(target) }
            }
            if !same.isEmpty { applied[schema] = same }
        }
        try refuseCycles(in: applied, order)
    }

    /// Walks the schemas that apply to the same value depth first, without recursion: the way may be long.
    private func refuseCycles(in applied: [SchemaID: [SchemaID]], _ order: [SchemaID]) throws(GrammarError) {
        var isDone: [SchemaID: Bool] = [:]
        for start in order where isDone[start] == nil && applied[start] != nil {
            var path: [(schema: SchemaID, next: Int)] = [(start, 0)]
            isDone[start] = false
            while let (schema, next) = path.last {
                guard let targets = applied[schema], next < targets.count else {
                    isDone[schema] = true
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                switch isDone[targets[next]] {
                case nil:
                    isDone[targets[next]] = false
                    path.append((targets[next], 0))
                case false?: throw endless(schema)
                case true?: break
                }
            }
        }
    }

    /// The refusal of a schema that leads back to itself on the way.
    func endless(_ schema: SchemaID) -> GrammarError {
        let keywords = document.nodes[instance(schema).node].keywords.map(\.keyword.name)
        let references = ["$ref", "$dynamicRef", "$recursiveRef"]
        return GrammarError(
            .unsupported, pointer: pointer(of: schema), keyword: references.first { keywords.contains($0) },
            "leads back to itself for the same value, without end; a recursive schema must recur in a property or an item"
        )
    }
}

extension Formula {
    /// Calls `body` with each schema the formula refers to, and whether that applies to the same value.
    func forEachReference(isSameValue: Bool = true, _ body: (SchemaID, Bool) -> Void) {
        switch self {
        case .always, .never: break
        case .all(let parts), .any(let parts), .exactlyOne(let parts):
            for part in parts { part.forEachReference(isSameValue: isSameValue, body) }
        case .not(let part): part.forEachReference(isSameValue: isSameValue, body)
        case .reference(let schema): body(schema, isSameValue)
        case .assertion(let assertion):
            switch assertion {
            case .item(_, let inner), .items(_, let inner), .contains(let inner, _, _), .property(_, let inner),
                .properties(_, let inner), .propertyNames(let inner):
                inner.forEachReference(isSameValue: false, body)
            default: break
            }
        }
    }
}
