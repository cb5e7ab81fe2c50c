import MartletJSON

/// Formulas written out, negation pushed down to the assertions.
extension SchemaAlgebra {
    /// The values of all the literals.
    func conjunction(of literals: [Literal]) throws(GrammarError) -> ValueSet {
        if literals.count == 1 { return try expansion(of: literals[0]) }
        var value = universe
        let positive = literals.filter { !$0.isNegated }
        for literal in positive where try !isChoice(literal) { value = try meet(value, try expansion(of: literal)) }
        for literal in positive where try isChoice(literal) { value = try meet(value, with: literal) }
        for literal in literals where literal.isNegated && !value.isEmpty {
            let operand = Literal(atom: literal.atom)
            value = try remove(
                from: value, { () throws(GrammarError) in try expansion(of: operand) },
                complement: { (value) throws(GrammarError) in try meet(value, try expansion(of: literal)) })
        }
        return value
    }

    private func expansion(of literal: Literal) throws(GrammarError) -> ValueSet {
        if let known = expansions[literal] { return known }
        let value = try meet(universe, with: literal)
        expansions[literal] = value
        return value
    }

    /// The values of the literal among `context`.
    private func meet(_ context: ValueSet, with literal: Literal) throws(GrammarError) -> ValueSet {
        guard openLiterals.insert(literal).inserted else { throw endlessReference() }
        defer { openLiterals.remove(literal) }
        switch atoms[Int(literal.atom)] {
        case .value(let known): return try meet(context, known)
        case .union(let members):
            var parts: [ValueSet] = []
            for member in members { parts.append(try meet(context, try value(of: member))) }
            return try join(parts)
        case .formula(let formula, let schema):
            if let schema { schemasBeingExpanded.append(schema) }
            defer { if schema != nil { schemasBeingExpanded.removeLast() } }
            return try meet(context, with: formula, negated: literal.isNegated)
        case .schema(let schema):
            schemasBeingExpanded.append(schema)
            defer { schemasBeingExpanded.removeLast() }
            return try meet(context, with: try table.formula(of: schema), negated: literal.isNegated)
        }
    }

    /// The values of a formula (or of its negation) among `context`: what is known before keeps `oneOf` from multiplying
    /// out alternatives that cannot meet.
    func meet(_ context: ValueSet, with formula: Formula, negated: Bool) throws(GrammarError) -> ValueSet {
        if context.isEmpty { return context }
        try descend()
        defer { depth -= 1 }
        switch formula {
        case .always: return negated ? ValueSet() : context
        case .never: return negated ? context : ValueSet()
        case .not(let operand): return try meet(context, with: operand, negated: !negated)
        case .reference(let schema):
            let set = set(of: schema, negated: negated)
            if context == universe || negated || nodes[Int(set.index)].value != nil {
                return try meet(context, try value(of: set))
            }
            let literal = nodes[Int(set.index)].literals[0]
            return try isChoice(literal) ? meet(context, with: literal) : meet(context, try value(of: set))
        case .assertion(let assertion):
            return try meet(context, try negated ? complement(of: assertion) : value(of: assertion))
        case .exactlyOne(let operands):
            return try negated ? noneOrTwo(of: operands, in: context) : exactlyOne(of: operands, in: context)
        case .all(let operands):
            return try negated
                ? union(operands, negated: true, in: context) : intersection(operands, negated: false, in: context)
        case .any(let operands):
            return try negated
                ? intersection(operands, negated: true, in: context) : union(operands, negated: false, in: context)
        }
    }

    private func union(
        _ operands: [Formula], negated: Bool, in context: ValueSet
    ) throws(GrammarError) -> ValueSet {
        var parts: [ValueSet] = []
        let texts = negated ? [] : Self.texts(of: operands)
        if !texts.isEmpty { parts.append(try meet(context, ValueSet(strings: strings(texts)))) }
        for operand in operands where texts.isEmpty || Self.text(of: operand) == nil {
            parts.append(try meet(context, with: operand, negated: negated))
        }
        return try join(parts)
    }

    /// The strings among alternatives, taken together because there may be very many.
    private static func texts(of operands: [Formula]) -> [PropertyName] {
        operands.compactMap { text(of: $0).map { PropertyName($0) } }
    }

    private static func text(of formula: Formula) -> String? {
        guard case .assertion(let assertion) = formula, case .constant(let constant) = assertion else { return nil }
        return constant.stringValue
    }

    /// Alternatives that must be told apart come after what is simple, complements at last.
    private func intersection(
        _ operands: [Formula], negated: Bool, in context: ValueSet
    ) throws(GrammarError) -> ValueSet {
        var value = context
        let texts = negated ? Self.texts(of: operands) : []
        if !texts.isEmpty, let strings = value.strings {
            value.strings = try intersection(strings, .others(than: words.list(of: texts)))
        }
        for operand in operands where Self.isComplement(operand) == negated {
            if !texts.isEmpty, Self.text(of: operand) != nil { continue }
            if !negated, try isChoice(operand, levels: 8) { continue }
            value = try meet(value, with: operand, negated: negated)
        }
        if !negated {
            for operand in operands where try isChoice(operand, levels: 8) {
                value = try meet(value, with: operand, negated: false)
            }
        }
        for operand in operands where Self.isComplement(operand) != negated && !value.isEmpty {
            value = try remove(
                from: value,
                { () throws(GrammarError) in try meet(universe, with: operand, negated: !negated) },
                complement: { (value) throws(GrammarError) in try meet(value, with: operand, negated: negated) })
        }
        return value
    }

    private static func isComplement(_ formula: Formula) -> Bool {
        if case .not = formula { true } else { false }
    }

    private func isChoice(_ literal: Literal) throws(GrammarError) -> Bool {
        if literal.isNegated || expansions[literal] != nil { return false }
        switch atoms[Int(literal.atom)] {
        case .value, .union: return false
        case .formula(let formula, _): return try isChoice(formula, levels: 8)
        case .schema(let schema): return try isChoice(try table.formula(of: schema), levels: 8)
        }
    }

    /// Whether the formula says `oneOf` of arrays or objects.
    private func isChoice(_ formula: Formula, levels: Int) throws(GrammarError) -> Bool {
        guard levels > 0 else { return false }
        switch formula {
        case .exactlyOne: return true
        case .all(let operands):
            for operand in operands where try isChoice(operand, levels: levels - 1) { return true }
            return false
        case .reference(let schema):
            if let known = choices[schema] { return known }
            let isChoice = try isChoice(try table.formula(of: schema), levels: levels - 1)
            choices[schema] = isChoice
            return isChoice
        case .always, .never, .any, .not, .assertion: return false
        }
    }

    /// What is in `value` and not in `removed`. The complement is not asked for where it makes no difference: `oneOf` over
    /// disjoint schemas needs none.
    private func remove(
        from value: ValueSet, _ removed: () throws(GrammarError) -> ValueSet,
        complement: (ValueSet) throws(GrammarError) -> ValueSet
    ) throws(GrammarError) -> ValueSet {
        guard !value.arrays.isEmpty || !value.objects.isEmpty else { return try complement(value) }
        let overlap = try meet(value, try removed(), prunes: true)
        if overlap.isEmpty { return value }
        let kept = value.restricted(to: JSONTypes.all.subtracting(overlap.types))
        return try join(kept, try complement(value.restricted(to: overlap.types)))
    }
}
