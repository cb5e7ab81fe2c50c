import MartletJSON

/// Names of properties that a schema evaluates.
enum NameSet: Hashable {
    case name(String)
    case matching(Regex)
}

/// `unevaluatedProperties`: what the schema and those applied with it leave over.
///
/// The names fall into classes that no schema tells apart; of each class it is known under which condition its names are
/// evaluated, so that the keyword says: that condition, or the schema for all properties of the class. This is exact
/// wherever the schema stands, also under `not`.
enum UnevaluatedProperties {
    /// More conditional patterns than these make too many classes.
    private static let maxPatterns = 6

    static func translate(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let property = schema.schema("unevaluatedProperties"), property != .always else { return .always }
        let evaluated = try evaluated(by: schema, withOwn: false)
        if evaluated == .everything { return .always }
        var names: [String] = []
        var always: [Regex] = []
        var patterns: [Regex] = []
        for part in evaluated.parts() {
            switch part {
            case .name(let name): names.append(name)
            case .matching(let pattern):
                if evaluated.isAlways(part) { always.append(pattern) } else { patterns.append(pattern) }
            }
        }
        guard patterns.count <= maxPatterns else {
            throw GrammarError(
                .tooComplex, pointer: schema.pointer, keyword: "unevaluatedProperties",
                "depends on more than \(maxPatterns) conditional patterns")
        }
        var classes: [(condition: Formula, names: [Regex])] = []
        func add(_ condition: Formula, _ names: Regex) {
            if condition == .always { return }
            if let index = classes.firstIndex(where: { $0.condition == condition }) {
                classes[index].names.append(names)
            } else {
                classes.append((condition, [names]))
            }
        }
        for choice in 0..<(1 << patterns.count) {
            let chosen = patterns.indices.filter { choice >> $0 & 1 != 0 }.map { patterns[$0] }
            let others = patterns.indices.filter { choice >> $0 & 1 == 0 }.map { patterns[$0] }
            let limits = chosen + (others + always).map { .complement($0) }
            for name in names {
                try schema.document.budget.spend()
                let condition = evaluated.condition { part in
                    switch part {
                    case .name(let other): name == other
                    case .matching(let pattern): chosen.contains(pattern)
                    }
                }
                add(condition, limits.isEmpty ? .literal(name) : .intersection([.literal(name)] + limits))
            }
            let condition = evaluated.condition { part in
                if case .matching(let pattern) = part { chosen.contains(pattern) } else { false }
            }
            add(condition, .intersection(limits + [.complement(.union(names.map { .literal($0) }))]))
        }
        return .each(
            classes.map { .either([$0.condition, .assertion(.properties(named: .union($0.names), property))]) })
    }

    /// What the schema evaluates.
    static func evaluated(by schema: SchemaContext) throws(GrammarError) -> Evaluated<NameSet> {
        try evaluated(by: schema, withOwn: true)
    }

    private static func evaluated(
        by schema: SchemaContext, withOwn: Bool
    ) throws(GrammarError) -> Evaluated<NameSet> {
        if schema.value("additionalProperties") != nil || withOwn && schema.value("unevaluatedProperties") != nil {
            return .everything
        }
        var parts: [Evaluated<NameSet>] = []
        for (name, _) in try schema.namedSchemas("properties") { parts.append(.part(.name(name))) }
        for (pattern, _) in try schema.namedSchemas("patternProperties") {
            parts.append(.part(.matching(try StringKeywords.search(pattern, "patternProperties", schema))))
        }
        let table = schema.table
        parts.append(
            try .byApplicators(of: schema) { (other) throws(GrammarError) in try table.names(of: other) })
        return .union(parts)
    }
}
