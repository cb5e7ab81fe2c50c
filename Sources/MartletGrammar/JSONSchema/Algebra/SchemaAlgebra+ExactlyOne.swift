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
            let groups = types == .object ? try discriminated(values) : nil
            for index in values.indices where !values[index].types.isDisjoint(with: types) {
                let others = groups.map { $0[index] } ?? Array(values.indices)
                parts.append(try apart(values, sets, index, from: others, types: types))
            }
        }
        return try join(parts)
    }

    /// The strings that are in one of the values.
    private func stringsOfOne(_ values: [ValueSet]) throws(GrammarError) -> StringSet? {
        let sets = values.compactMap { $0.strings }
        guard sets.count > 1 else { return sets.first }
        var union: StringSet?
        var twice: [StringSet] = []
        for set in sets {
            if let before = union, let both = try intersection(set, before) { twice.append(both) }
            union = try self.union([union, set].compactMap { $0 })
        }
        guard let union, let others = try complement(of: try self.union(twice)) else { return nil }
        return try intersection(union, others)
    }

    /// Where all objects have one of a few words in a certain property: for each value those that share a word with it.
    private func discriminated(_ values: [ValueSet]) throws(GrammarError) -> [[Int]]? {
        guard values.count > 2, let first = values.lazy.flatMap({ $0.objects }).first else { return nil }
        for property in object(first).properties where property.isRequired {
            var valuesByWord: [Int32: [Int]] = [:]
            var lists: [[Int32]] = []
            for (index, value) in values.enumerated() {
                guard let list = try self.words(of: property.name, in: value.objects) else { break }
                lists.append(list)
                for word in list where valuesByWord[word]?.last != index {
                    valuesByWord[word, default: []].append(index)
                }
            }
            guard lists.count == values.count else { continue }
            return lists.map { list in Set(list.flatMap { valuesByWord[$0] ?? [] }).sorted() }
        }
        return nil
    }

    /// The words that a property has in the shapes; nil where it may be missing or something else.
    private func words(of name: PropertyName, in shapes: [ShapeID]) throws(GrammarError) -> [Int32]? {
        var found: [Int32] = []
        for shape in shapes {
            guard let property = object(shape).properties.first(where: { $0.name == name }), property.isRequired,
                try !isSurelyEmpty(property.schema), let value = nodes[Int(canonical(property.schema).index)].value,
                case .words(let list)? = value.strings, value.types == .string
            else { return nil }
            found += words.numbers(in: list)
        }
        return found
    }

    /// What is in the value at `index` and in none of the others.
    private func apart(
        _ values: [ValueSet], _ sets: [(SetID, SetID)], _ index: Int, from others: [Int], types: JSONTypes
    ) throws(GrammarError) -> ValueSet {
        var value = values[index].restricted(to: types)
        for other in others where other != index {
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
