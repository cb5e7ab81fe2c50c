/// What a schema evaluates of an object's properties or an array's items: what `unevaluatedProperties` and
/// `unevaluatedItems` leave alone. Some of it only where other schemas hold.
indirect enum Evaluated<Part: Hashable>: Hashable {
    case nothing
    case everything
    case part(Part)
    case any([Evaluated])
    /// As the operand says, where the formula holds for the value.
    case when(Formula, Evaluated)

    /// Simplified `any`.
    static func union(_ parts: [Evaluated]) -> Evaluated {
        var kept: [Evaluated] = []
        for part in parts {
            switch part {
            case .everything: return .everything
            case .nothing: continue
            case .any(let inner): kept += inner
            default: kept.append(part)
            }
        }
        return kept.count == 1 ? kept[0] : kept.isEmpty ? .nothing : .any(kept)
    }

    /// Simplified `when`.
    static func given(_ condition: Formula, _ evaluated: Evaluated) -> Evaluated {
        if evaluated == .nothing || condition == .never { return .nothing }
        return condition == .always ? evaluated : .when(condition, evaluated)
    }

    /// When a part is evaluated for which `holds` tells where it belongs to.
    func condition(_ holds: (Part) -> Bool) -> Formula {
        switch self {
        case .nothing: .never
        case .everything: .always
        case .part(let part): holds(part) ? .always : .never
        case .any(let parts): .either(parts.map { $0.condition(holds) })
        case .when(let condition, let evaluated): .each([condition, evaluated.condition(holds)])
        }
    }

    /// All parts, each once.
    func parts() -> [Part] {
        var seen: Set<Part> = []
        var parts: [Part] = []
        collect { if seen.insert($0).inserted { parts.append($0) } }
        return parts
    }

    private func collect(_ body: (Part) -> Void) {
        switch self {
        case .nothing, .everything: break
        case .part(let part): body(part)
        case .any(let parts): for part in parts { part.collect(body) }
        case .when(_, let evaluated): evaluated.collect(body)
        }
    }

    /// Whether it is evaluated whatever else holds.
    func isAlways(_ part: Part) -> Bool {
        condition { $0 == part } == .always
    }
}

extension Evaluated {
    /// What the schemas evaluate that apply to the same value. `own` gives what one of them evaluates.
    static func byApplicators(
        of schema: SchemaContext, _ own: (SchemaID) throws(GrammarError) -> Evaluated
    ) throws(GrammarError) -> Evaluated {
        func of(_ node: Int) throws(GrammarError) -> Evaluated { try own(schema.id(of: node)) }
        func of(_ keyword: String) throws(GrammarError) -> Evaluated {
            guard let found = schema.found(keyword), found.children.count == 1 else { return .nothing }
            return try of(found.children.lowerBound)
        }
        var parts: [Evaluated] = []
        for target in try ReferenceKeywords.targets(schema) { parts.append(try of(target)) }
        for node in schema.found("allOf")?.children ?? 0..<0 { parts.append(try of(node)) }
        for keyword in ["anyOf", "oneOf"] {
            for node in schema.found(keyword)?.children ?? 0..<0 {
                parts.append(.given(schema.formula(of: node), try of(node)))
            }
        }
        if let condition = schema.schema("if") {
            parts.append(.given(condition, .union([try of("if"), try of("then")])))
            parts.append(.given(.none(condition), try of("else")))
        }
        for (name, node) in try DependentKeywords.schemas(schema) {
            parts.append(.given(DependentKeywords.present(name), try of(node)))
        }
        return .union(parts)
    }
}
