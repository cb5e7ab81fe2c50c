import MartletJSON

/// Items that a schema evaluates.
enum ItemSet: Hashable {
    /// Those before an index.
    case before(Int)
    /// Those that satisfy the formula: what `contains` found.
    case matching(Formula)
}

/// `unevaluatedItems`: what the schema and those applied with it leave over.
///
/// As with properties, the positions fall into classes of which it is known under which condition they are evaluated.
/// What `contains` evaluates depends on the item itself: for each choice of conditional `contains`, an item may satisfy
/// one of the chosen ones instead of the schema.
enum UnevaluatedItems {
    /// More conditional `contains` than these make too many choices.
    private static let maxContains = 6

    static func translate(_ schema: SchemaContext) throws(GrammarError) -> Formula {
        guard let item = schema.schema("unevaluatedItems"), item != .always else { return .always }
        let evaluated = try evaluated(by: schema, withOwn: false)
        if evaluated == .everything { return .always }
        var ends: Set<Int> = []
        var always: [Formula] = []
        var found: [(part: ItemSet, formula: Formula)] = []
        for part in evaluated.parts() {
            switch part {
            case .before(let index): ends.insert(index)
            case .matching(let formula):
                if evaluated.isAlways(part) { always.append(formula) } else { found.append((part, formula)) }
            }
        }
        guard found.count <= maxContains else {
            throw GrammarError(
                .tooComplex, pointer: schema.pointer, keyword: "unevaluatedItems",
                "depends on more than \(maxContains) conditional contains")
        }
        let last = ends.max() ?? 0
        try schema.document.budget.spend(last)
        var parts: [Formula] = []
        for index in 0...last {
            let condition = evaluated.condition { part in
                if case .before(let end) = part { index < end } else { false }
            }
            if condition == .always { continue }
            var ways = [condition]
            for choice in 0..<(1 << found.count) {
                let chosen = found.indices.filter { choice >> $0 & 1 != 0 }
                let given = Formula.each(chosen.map { index in evaluated.condition { $0 == found[index].part } })
                let left = Formula.either([item] + always + chosen.map { found[$0].formula })
                let items: Formula =
                    left == .always
                    ? .always : .assertion(index < last ? .item(index: index, left) : .items(from: last, left))
                ways.append(.each([given, items]))
            }
            parts.append(.either(ways))
        }
        return .each(parts)
    }

    /// What the schema evaluates.
    static func evaluated(by schema: SchemaContext) throws(GrammarError) -> Evaluated<ItemSet> {
        try evaluated(by: schema, withOwn: true)
    }

    private static func evaluated(by schema: SchemaContext, withOwn: Bool) throws(GrammarError) -> Evaluated<ItemSet> {
        if withOwn, schema.value("unevaluatedItems") != nil { return .everything }
        var parts: [Evaluated<ItemSet>] = []
        if let items = schema.found("items") {
            guard case .array = items.value, schema.value("additionalItems") == nil else { return .everything }
            parts.append(.part(.before(items.children.count)))
        }
        if let prefix = schema.found("prefixItems") { parts.append(.part(.before(prefix.children.count))) }
        if schema.dialect != .draft2019, let item = schema.schema("contains") { parts.append(.part(.matching(item))) }
        let table = schema.table
        parts.append(
            try .byApplicators(of: schema) { (other) throws(GrammarError) in try table.items(of: other) })
        return .union(parts)
    }
}
