/// Single values: their sets, sets without them, membership.
extension SchemaAlgebra {
    /// The set of one value.
    func value(of constant: ConstantValue) throws(GrammarError) -> ValueSet {
        var value = ValueSet()
        switch constant {
        case .null: value.hasNull = true
        case .boolean(let flag): if flag { value.hasTrue = true } else { value.hasFalse = true }
        case .number(let number): value.numbers = numbers(equalTo: number)
        case .string(let text):
            value.strings = strings([text])
        case .array(let items):
            var shape = ArrayShape(items: Self.never, minCount: items.count, maxCount: items.count)
            for item in items { shape.prefix.append(try set(of: item)) }
            value.arrays = [intern(shape)]
        case .object(let members):
            var shape = ObjectShape(rest: [])
            for member in members {
                shape.properties.append(
                    .init(
                        name: member.name, schema: try set(of: member.value), isRequired: true, isDeclared: false))
            }
            value.objects = [intern(shape)]
        }
        return value
    }

    func set(of constant: ConstantValue) throws(GrammarError) -> SetID {
        try descend()
        defer { depth -= 1 }
        return set(of: try value(of: constant))
    }

    /// The values that are none of `constants`.
    func subtract(_ constants: [ConstantValue], from value: ValueSet) throws(GrammarError) -> ValueSet {
        var value = value
        var texts: [PropertyName] = []
        for constant in constants {
            switch constant {
            case .null: value.hasNull = false
            case .boolean(let flag): if flag { value.hasTrue = false } else { value.hasFalse = false }
            case .number(let number): value.numbers = try subtract(number, from: value.numbers)
            case .string(let text): texts.append(text)
            case .array(let items):
                for index in value.arrays.indices where try contains(array: value.arrays[index], items) {
                    var shape = array(value.arrays[index])
                    shape.excluded.append(constant)
                    value.arrays[index] = intern(shape)
                }
            case .object(let members):
                for index in value.objects.indices where try contains(object: value.objects[index], members) {
                    var shape = object(value.objects[index])
                    shape.excluded.append(constant)
                    value.objects[index] = intern(shape)
                }
            }
        }
        if let strings = value.strings, !texts.isEmpty {
            value.strings = try intersection(strings, .others(than: words.list(of: texts)))
        }
        return value
    }

    func subtract(_ constants: [ConstantValue], from id: SetID) throws(GrammarError) -> SetID {
        if constants.isEmpty { return canonical(id) }
        return set(of: try subtract(constants, from: try value(of: id)))
    }

    /// Whether the value is in the set.
    func contains(_ id: SetID, _ constant: ConstantValue) throws(GrammarError) -> Bool {
        if id == Self.all { return true }
        try descend()
        defer { depth -= 1 }
        return try contains(try value(of: id), constant)
    }

    func contains(_ value: ValueSet, _ constant: ConstantValue) throws(GrammarError) -> Bool {
        switch constant {
        case .null: return value.hasNull
        case .boolean(let flag): return flag ? value.hasTrue : value.hasFalse
        case .number(let number): return value.numbers.contains { $0.contains(number) }
        case .string(let text):
            guard let strings = value.strings else { return false }
            return try contains(strings, text)
        case .array(let items):
            for shape in value.arrays where try contains(array: shape, items) { return true }
            return false
        case .object(let members):
            for shape in value.objects where try contains(object: shape, members) { return true }
            return false
        }
    }

    private func contains(array id: ShapeID, _ items: [ConstantValue]) throws(GrammarError) -> Bool {
        let shape = array(id)
        if items.count < shape.minCount || items.count > shape.maxCount ?? .max { return false }
        if shape.excluded.contains(.array(items)) { return false }
        if shape.isUnique || shape.hasRepeat, (Set(items).count == items.count) != shape.isUnique { return false }
        for (index, item) in items.enumerated() {
            if try !contains(shape.item(at: index), item) { return false }
        }
        for rule in shape.contains {
            var count = 0
            for item in items.dropFirst(rule.from) where try contains(rule.schema, item) { count += 1 }
            if count < rule.minCount || count > rule.maxCount ?? .max { return false }
        }
        return true
    }

    private func contains(object id: ShapeID, _ members: [ConstantValue.Member]) throws(GrammarError) -> Bool {
        let shape = object(id)
        if members.count < shape.minCount || members.count > shape.maxCount ?? .max { return false }
        if shape.excluded.contains(.object(members)) { return false }
        for property in shape.properties where property.isRequired {
            if !members.contains(where: { $0.name == property.name }) { return false }
        }
        for member in members {
            if try !contains(try schema(of: member.name, in: id), member.value) { return false }
        }
        for obligation in shape.obligations {
            var isMet = false
            for member in members where !isMet {
                if try terms.contains(obligation.names, member.name.text) {
                    isMet = try contains(obligation.schema, member.value)
                }
            }
            if !isMet { return false }
        }
        return true
    }
}
