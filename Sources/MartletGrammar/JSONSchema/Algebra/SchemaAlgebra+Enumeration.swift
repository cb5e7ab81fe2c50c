/// The values of small sets.
extension SchemaAlgebra {
    /// All values of the set where there are at most `limit`, else nil.
    func values(of id: SetID, atMost limit: Int) throws(GrammarError) -> [ConstantValue]? {
        if id == Self.all { return nil }
        try descend()
        defer { depth -= 1 }
        guard try isInhabited(id) else { return [] }
        let value = try value(of: id)
        var found: [ConstantValue] = []
        if value.hasNull { found.append(.null) }
        if value.hasFalse { found.append(.boolean(false)) }
        if value.hasTrue { found.append(.boolean(true)) }
        for set in value.numbers {
            guard let numbers = try set.values(atMost: limit) else { return nil }
            found += numbers.map { .number($0) }
        }
        if let strings = value.strings {
            guard let texts = try texts(of: strings, atMost: limit) else { return nil }
            found += texts.map { .string($0) }
        }
        for shape in value.arrays {
            guard let arrays = try values(array: shape, atMost: limit) else { return nil }
            found += arrays
        }
        for shape in value.objects {
            guard let objects = try values(object: shape, atMost: limit) else { return nil }
            found += objects
        }
        var seen = Set<ConstantValue>()
        let distinct = found.filter { seen.insert($0).inserted }
        return distinct.count > limit ? nil : distinct
    }

    private func texts(of strings: StringSet, atMost limit: Int) throws(GrammarError) -> [PropertyName]? {
        switch strings {
        case .words(let list): words.count(list) <= limit ? words.words(in: list) : nil
        case .others: nil
        case .language(let term): try terms.texts(of: term, atMost: limit)?.map { PropertyName($0) }
        }
    }

    private func values(array id: ShapeID, atMost limit: Int) throws(GrammarError) -> [ConstantValue]? {
        let shape = array(id)
        guard try arrays.isInhabited(id) else { return [] }
        let isCounted = !shape.contains.isEmpty || shape.hasRepeat
        let bound = Self.candidates(limit)
        var complete: [[ConstantValue]] = []
        var open: [[ConstantValue]] = [[]]
        var index = 0
        while !open.isEmpty {
            if index >= shape.minCount { complete += open }
            if complete.count > bound { return try more(isCertain: !isCounted) }
            if index > bound { return try more(isCertain: false) }
            if let maximum = shape.maxCount, index >= maximum { break }
            guard let items = try values(of: shape.item(at: index), atMost: bound) else {
                return try more(isCertain: !isCounted)
            }
            var longer: [[ConstantValue]] = []
            for start in open {
                for item in items where !shape.isUnique || !start.contains(item) {
                    try terms.budget.spend()
                    longer.append(start + [item])
                }
                if longer.count > bound { return try more(isCertain: !isCounted && !shape.isUnique) }
            }
            open = longer
            index += 1
        }
        var values: [ConstantValue] = []
        let only = ValueSet(arrays: [id])
        for items in complete where try contains(only, .array(items)) { values.append(.array(items)) }
        return values.count > limit ? nil : values
    }

    private func values(object id: ShapeID, atMost limit: Int) throws(GrammarError) -> [ConstantValue]? {
        let shape = object(id)
        guard try objects.isInhabited(id) else { return [] }
        let isFree = shape.obligations.isEmpty
        let isCounted = shape.minCount > shape.requiredCount || shape.maxCount != nil
        let bound = Self.candidates(limit)
        let mayGrow = shape.maxCount.map { $0 > shape.requiredCount } ?? true
        var properties = shape.properties
        for rest in shape.rest where mayGrow {
            guard try isInhabited(rest.schema) else { continue }
            let texts = rest.names == anything ? nil : try terms.texts(of: rest.names, atMost: bound)
            guard let texts else {
                return try more(isCertain: isFree)
            }
            for text in texts where !properties.contains(where: { $0.name == PropertyName(text) }) {
                properties.append(
                    .init(name: PropertyName(text), schema: rest.schema, isRequired: false, isDeclared: false))
            }
        }
        var open: [[ConstantValue.Member]] = [[]]
        for property in properties where property.isRequired || mayGrow {
            if try !isInhabited(property.schema) { continue }
            guard let values = try values(of: property.schema, atMost: bound) else {
                return try more(isCertain: isFree)
            }
            var longer = property.isRequired ? [] : open
            for start in open {
                for value in values {
                    try terms.budget.spend()
                    longer.append(start + [.init(name: property.name, value: value)])
                }
                if longer.count > bound { return try more(isCertain: isFree && !isCounted) }
            }
            open = longer
        }
        var values: [ConstantValue] = []
        let only = ValueSet(objects: [id])
        for members in open {
            let constant = ConstantValue.object(members: members)
            if try contains(only, constant) { values.append(constant) }
        }
        return values.count > limit ? nil : values
    }

    /// How many candidates are looked at, so many that with the excluded ones left out too many remain.
    private static func candidates(_ limit: Int) -> Int { 2 * min(limit, 1 << 20) + 256 }

    /// There are more candidates than asked for.
    private func more(isCertain: Bool) throws(GrammarError) -> [ConstantValue]? {
        if isCertain { return nil }
        throw GrammarError(
            .unsupported, pointer: pointer, keyword: "uniqueItems",
            "uniqueItems with minItems over arrays or objects whose number is hard to tell")
    }
}
