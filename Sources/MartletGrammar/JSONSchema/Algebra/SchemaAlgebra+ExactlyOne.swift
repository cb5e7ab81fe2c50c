/// `oneOf`: complements are made only for alternatives that overlap.
extension SchemaAlgebra {
    func exactlyOne(of operands: [Formula], in context: ValueSet) throws(GrammarError) -> ValueSet {
        let sets = operands.map { setAndComplement(of: $0) }
        var values: [ValueSet] = []
        for (set, _) in sets { values.append(try meet(context, try value(of: set), prunes: true)) }
        var value = ValueSet()
        value.hasNull = values.count { $0.hasNull } == 1
        value.hasFalse = values.count { $0.hasFalse } == 1
        value.hasTrue = values.count { $0.hasTrue } == 1
        value.strings = try stringsOfOne(values)
        var parts = [value]
        for types in [JSONTypes.number, .array, .object] {
            for index in values.indices where !values[index].types.isDisjoint(with: types) {
                parts.append(try apart(values, sets, index, types: types))
            }
        }
        return try join(parts)
    }

    /// The strings that are in one of the values.
    private func stringsOfOne(_ values: [ValueSet]) throws(GrammarError) -> Term? {
        let languages = values.compactMap { $0.strings }
        guard languages.count > 1 else { return languages.first }
        var union: Term?
        var twice: [Term] = []
        for language in languages {
            guard let before = union else {
                union = language
                continue
            }
            let both = try terms.intersection([language, before])
            if try !terms.isEmpty(both) { twice.append(both) }
            union = try terms.union([before, language])
        }
        guard let union, !twice.isEmpty else { return union }
        let once = try terms.intersection([union, try terms.complement(try terms.union(twice))])
        return try terms.isEmpty(once) ? nil : once
    }

    /// What is in the value at `index` and in none of the others.
    private func apart(
        _ values: [ValueSet], _ sets: [(SetID, SetID)], _ index: Int, types: JSONTypes
    ) throws(GrammarError) -> ValueSet {
        var value = values[index].restricted(to: types)
        for other in values.indices where other != index {
            if value.isEmpty { break }
            let removed = values[other].restricted(to: types)
            if removed.isEmpty { continue }
            if try meet(value, removed, prunes: true).isEmpty { continue }
            value = try meet(value, try self.value(of: sets[other].1).restricted(to: types), prunes: true)
        }
        return value
    }

    func noneOrTwo(of operands: [Formula], in context: ValueSet) throws(GrammarError) -> ValueSet {
        let sets = operands.map { setAndComplement(of: $0) }
        var value = context
        for (_, complement) in sets where !value.isEmpty { value = try meet(value, try self.value(of: complement)) }
        var before = ValueSet()
        for (set, _) in sets {
            let next = try meet(context, try self.value(of: set))
            value = try join(value, try meet(before, next))
            before = try join(before, next)
        }
        return value
    }
}
