/// What single assertions hold for, and what they do not.
extension SchemaAlgebra {
    /// The values that the assertion holds for.
    func value(of assertion: Assertion) throws(GrammarError) -> ValueSet {
        switch assertion {
        case .type(let types): return universe.restricted(to: types)
        case .constant(let constant): return try value(of: ConstantValue(constant))
        default: break
        }
        var value = universe
        switch assertion {
        case .type, .constant: break
        case .atLeast, .atMost, .multipleOf, .writtenAsInteger:
            value.numbers = numbers(of: assertion)
        case .matches, .length: value.strings = try strings(of: assertion)
        case .item(let index, let formula):
            try check(index: index)
            let prefix = Array(repeating: Self.all, count: index) + [set(of: formula)]
            value.arrays = [intern(ArrayShape(prefix: prefix, items: Self.all))]
        case .items(let from, let formula):
            try check(index: from)
            let prefix = Array(repeating: Self.all, count: from)
            value.arrays = [intern(ArrayShape(prefix: prefix, items: set(of: formula)))]
        case .contains(let formula, let atLeast, let atMost):
            value.arrays = counting(formula, from: 0, atLeast: atLeast, atMost: atMost).map { [$0] } ?? []
        case .itemCount(let atLeast, let atMost):
            value.arrays =
                atMost.map { $0 < max(0, atLeast) } ?? false
                ? []
                : [
                    intern(ArrayShape(items: Self.all, minCount: max(0, atLeast), maxCount: atMost))
                ]
        case .uniqueItems: value.arrays = [intern(ArrayShape(items: Self.all, isUnique: true))]
        case .required(let name): value.objects = [property(name, Self.all, isRequired: true)]
        case .property(let name, let formula):
            value.objects = [property(name, set(of: formula), isRequired: false, isDeclared: true)]
        case .properties(let names, let formula): value.objects = [try properties(named: names, set(of: formula))]
        case .propertyNames(let formula):
            let names = try names(of: formula)
            value.objects = [intern(ObjectShape(rest: names.map { [.init(names: $0, schema: Self.all)] } ?? []))]
        case .propertyCount(let atLeast, let atMost):
            value.objects = propertyCount(max(0, atLeast), atMost).map { [$0] } ?? []
        }
        return value
    }

    /// The values that the assertion does not hold for: all of the type it speaks of.
    func complement(of assertion: Assertion) throws(GrammarError) -> ValueSet {
        var value = ValueSet()
        switch assertion {
        case .type(let types): return universe.restricted(to: JSONTypes.all.subtracting(types))
        case .constant(let constant): return try subtract([ConstantValue(constant)], from: universe)
        case .atLeast, .atMost, .multipleOf, .writtenAsInteger:
            value.numbers = otherNumbers(than: assertion)
        case .matches, .length: value.strings = try complement(of: try strings(of: assertion))
        case .item(let index, let formula):
            try check(index: index)
            let prefix = Array(repeating: Self.all, count: index) + [set(of: formula, negated: true)]
            value.arrays = [intern(ArrayShape(prefix: prefix, items: Self.all, minCount: index + 1))]
        case .items(let from, let formula):
            value.arrays = counting(.not(formula), from: from, atLeast: 1, atMost: nil).map { [$0] } ?? []
        case .contains(let formula, let atLeast, let atMost):
            if atLeast > 0, let few = counting(formula, from: 0, atLeast: 0, atMost: atLeast - 1) {
                value.arrays.append(few)
            }
            if let atMost, let many = counting(formula, from: 0, atLeast: atMost + 1, atMost: nil) {
                value.arrays.append(many)
            }
        case .itemCount(let atLeast, let atMost):
            if atLeast > 0 { value.arrays.append(intern(ArrayShape(items: Self.all, maxCount: atLeast - 1))) }
            if let atMost { value.arrays.append(intern(ArrayShape(items: Self.all, minCount: max(0, atMost + 1)))) }
        case .uniqueItems: value.arrays = [intern(ArrayShape(items: Self.all, minCount: 2, hasRepeat: true))]
        case .required(let name): value.objects = [property(name, Self.never, isRequired: false)]
        case .property(let name, let formula):
            value.objects = [property(name, set(of: formula, negated: true), isRequired: true)]
        case .properties(let names, let formula):
            var shape = ObjectShape(rest: [.init(names: anything, schema: Self.all)])
            shape.obligations = [.init(names: try terms.intern(names), schema: set(of: formula, negated: true))]
            value.objects = [intern(shape)]
        case .propertyNames(let formula):
            var shape = ObjectShape(rest: [.init(names: anything, schema: Self.all)])
            let others = try names(of: formula).map { (names) throws(GrammarError) in try terms.complement(names) }
            shape.obligations = [.init(names: others ?? anything, schema: Self.all)]
            value.objects = [intern(shape)]
        case .propertyCount(let atLeast, let atMost):
            if atLeast > 0, let few = propertyCount(0, atLeast - 1) { value.objects.append(few) }
            if let atMost, let many = propertyCount(max(0, atMost + 1), nil) { value.objects.append(many) }
        }
        return value
    }

    // MARK: Scalars

    private func language(of assertion: Assertion) throws(GrammarError) -> Term {
        switch assertion {
        case .matches(let regex): try terms.intern(regex)
        case .length(let atLeast, let atMost):
            atMost.map { $0 < max(0, atLeast) } ?? false
                ? try terms.intern(.nothing)
                : try terms.intern(.repeated(.anyScalar, atLeast: max(0, atLeast), atMost: atMost))
        default: anything
        }
    }

    private func strings(of assertion: Assertion) throws(GrammarError) -> StringSet? {
        let term = try language(of: assertion)
        return try terms.isEmpty(term) ? nil : strings(of: term)
    }

    // MARK: Arrays

    /// Shapes hold their prefix item by item.
    private func check(index: Int) throws(GrammarError) {
        if index > 10_000 {
            throw GrammarError(.tooComplex, pointer: pointer, "more than 10,000 items with a schema of their own")
        }
    }

    private func counting(_ formula: Formula, from: Int, atLeast: Int, atMost: Int?) -> ShapeID? {
        let atLeast = max(0, atLeast)
        if let atMost, atMost < atLeast { return nil }
        if atLeast == 0, atMost == nil { return universe.arrays[0] }
        let (schema, others) = setAndComplement(of: formula)
        let contains = ArrayShape.Contains(
            from: from, schema: schema, others: others, minCount: atLeast, maxCount: atMost)
        return intern(ArrayShape(items: Self.all, minCount: atLeast > 0 ? from + atLeast : 0, contains: [contains]))
    }

    // MARK: Objects

    /// The strings of a formula; nil for none.
    private func names(of formula: Formula) throws(GrammarError) -> Term? {
        guard let strings = try self.value(of: set(of: formula)).strings else { return nil }
        return try language(of: strings)
    }

    private func property(_ name: String, _ schema: SetID, isRequired: Bool, isDeclared: Bool = false) -> ShapeID {
        let property = ObjectShape.Property(
            name: PropertyName(name), schema: schema, isRequired: isRequired, isDeclared: isDeclared)
        return intern(ObjectShape(properties: [property], rest: [.init(names: anything, schema: Self.all)]))
    }

    private func propertyCount(_ atLeast: Int, _ atMost: Int?) -> ShapeID? {
        if let atMost, atMost < atLeast { return nil }
        return intern(
            ObjectShape(rest: [.init(names: anything, schema: Self.all)], minCount: atLeast, maxCount: atMost))
    }

    /// Objects whose properties with a name of the language are in `schema`. Names that the language spells out become
    /// properties of the shape, so that most shapes have no more than one class of other names.
    private func properties(named names: Regex, _ schema: SetID) throws(GrammarError) -> ShapeID {
        let isComplement: Bool
        let parts: [Regex]
        if case .complement(let inner) = names {
            isComplement = true
            parts = Self.alternatives(of: inner)
        } else {
            isComplement = false
            parts = Self.alternatives(of: names)
        }
        var shape = ObjectShape(rest: [])
        var seen = Set<PropertyName>()
        var languages: [Regex] = []
        for part in parts {
            if let text = Self.text(of: part) {
                guard seen.insert(PropertyName(text)).inserted else { continue }
                shape.properties.append(
                    .init(
                        name: PropertyName(text), schema: isComplement ? Self.all : schema, isRequired: false,
                        isDeclared: false))
            } else {
                languages.append(part)
            }
        }
        let inside = isComplement ? Self.all : schema
        let outside = isComplement ? schema : Self.all
        if languages.isEmpty {
            if outside != Self.never { shape.rest = [.init(names: anything, schema: outside)] }
        } else {
            let language = try terms.intern(languages.count == 1 ? languages[0] : .union(languages))
            let others = try terms.complement(language)
            if inside != Self.never, try !terms.isEmpty(language) {
                shape.rest.append(.init(names: language, schema: inside))
            }
            if outside != Self.never, try !terms.isEmpty(others) {
                shape.rest.append(.init(names: others, schema: outside))
            }
            // A spelled-out name that is in the language as well is not another name.
        }
        return intern(shape)
    }

    private static func alternatives(of regex: Regex) -> [Regex] {
        if case .union(let parts) = regex { parts.flatMap { alternatives(of: $0) } } else { [regex] }
    }

    /// The text that is all there is in the language, where that is plain to see.
    private static func text(of regex: Regex) -> String? {
        switch regex {
        case .empty: return ""
        case .scalars(let set):
            guard set.ranges.count == 1, set.ranges[0].count == 1,
                let scalar = Unicode.Scalar(set.ranges[0].lowerBound)
            else { return nil }
            return String(Character(scalar))
        case .sequence(let parts):
            var text = ""
            for part in parts {
                guard let next = self.text(of: part) else { return nil }
                text.unicodeScalars.append(contentsOf: next.unicodeScalars)
            }
            return text
        default: return nil
        }
    }
}
