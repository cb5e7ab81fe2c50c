/// And and or of value sets that are written out.
extension SchemaAlgebra {
    /// The values in both. With `prunes`, or where alternatives multiply, those without values are left out as far as that
    /// is easy to see.
    func meet(_ left: ValueSet, _ right: ValueSet, prunes: Bool = false) throws(GrammarError) -> ValueSet {
        if right == universe { return left }
        if left == universe { return right }
        var value = ValueSet()
        value.hasNull = left.hasNull && right.hasNull
        value.hasFalse = left.hasFalse && right.hasFalse
        value.hasTrue = left.hasTrue && right.hasTrue
        for first in left.numbers {
            for second in right.numbers {
                guard let both = first.intersection(second), try !both.isEmpty() else { continue }
                if !value.numbers.contains(both) { try append(both, to: &value.numbers) }
            }
        }
        if let first = left.strings, let second = right.strings {
            value.strings = try intersection(first, second)
        }
        let prunesArrays = prunes || left.arrays.count * right.arrays.count > 1
        var arrays = Set<ShapeID>()
        for first in left.arrays {
            for second in right.arrays {
                if let both = try intersection(array: first, second, prunes: prunesArrays),
                    arrays.insert(both).inserted
                {
                    try append(both, to: &value.arrays)
                }
            }
        }
        let prunesObjects = prunes || left.objects.count * right.objects.count > 1
        var objects = Set<ShapeID>()
        for first in left.objects {
            for second in right.objects {
                if let both = try intersection(object: first, second, prunes: prunesObjects),
                    objects.insert(both).inserted
                {
                    try append(both, to: &value.objects)
                }
            }
        }
        try dropSubsumed(&value)
        return value
    }

    /// The values in either.
    func join(_ left: ValueSet, _ right: ValueSet) throws(GrammarError) -> ValueSet { try join([left, right]) }

    /// The values in any of these.
    func join(_ parts: [ValueSet]) throws(GrammarError) -> ValueSet {
        var value = ValueSet()
        var strings: [StringSet] = []
        var numbers = Set<NumberSet>()
        var arrays = Set<ShapeID>()
        var objects = Set<ShapeID>()
        for part in parts {
            if part == universe { return universe }
            value.hasNull = value.hasNull || part.hasNull
            value.hasFalse = value.hasFalse || part.hasFalse
            value.hasTrue = value.hasTrue || part.hasTrue
            if let language = part.strings { strings.append(language) }
            for set in part.numbers where numbers.insert(set).inserted { try append(set, to: &value.numbers) }
            for shape in part.arrays where arrays.insert(shape).inserted { try append(shape, to: &value.arrays) }
            for shape in part.objects where objects.insert(shape).inserted { try append(shape, to: &value.objects) }
        }
        value.strings = try union(strings)
        try dropSubsumed(&value)
        return value
    }

    private func append<Element>(_ element: Element, to list: inout [Element]) throws(GrammarError) {
        try terms.budget.spend()
        if list.count >= Self.maxAlternatives {
            throw GrammarError(
                .tooComplex, pointer: pointer,
                "the schema has more than \(Self.maxAlternatives) alternatives when its conditions are multiplied out")
        }
        list.append(element)
    }

    /// Alternatives without constraints swallow their type.
    private func dropSubsumed(_ value: inout ValueSet) throws(GrammarError) {
        let numbers = universe.numbers[0]
        if value.numbers.count > 1, value.numbers.contains(numbers) { value.numbers = [numbers] }
        if value.arrays.count > 1, value.arrays.contains(universe.arrays[0]) { value.arrays = universe.arrays }
        if value.objects.count > 1 {
            if value.objects.contains(universe.objects[0]) {
                value.objects = universe.objects
            } else {
                try mergeObjects(&value.objects)
                try dropSubsumedObjects(&value.objects)
            }
        }
    }
}
