extension Interpreter {
    /// The value of an expression.
    func evaluate(_ expression: Expression, _ activation: Activation) throws(ChatTemplateError) -> Value {
        try charge()
        switch expression {
        case .literal(let literal): return Value(literal)
        case .name(let name):
            return activation[resolution.slots[name.use]]
                ?? .undefined(UndefinedValue(.name(names[name.name])))
        default:
            try budget.beginLevel()
            defer { budget.endLevel() }
            guard !budget.needsLargeStack else {
                return try onLargeStack { [self] () throws(ChatTemplateError) in
                    try evaluateCompound(expression, activation)
                }
            }
            return try evaluateCompound(expression, activation)
        }
    }

    private func evaluateCompound(
        _ expression: Expression, _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        switch expression {
        case .list(let elements): return try list(try evaluateAll(elements, activation))
        case .tuple(let elements): return try tuple(try evaluateAll(elements, activation))
        case .dict(let members): return try evaluateDict(members, activation)
        case .attribute(let object, let name, let isMember):
            return try attribute(name, isMember: isMember, of: try evaluate(object, activation))
        case .item(let object, let key):
            let object = try evaluate(object, activation)
            return try item(try evaluate(key, activation), of: object)
        case .slice(let object, let start, let stop, let step):
            return try evaluateSlice(object, start, stop, step, activation)
        case .call(let callee, let callArguments):
            let callee = try evaluate(callee, activation)
            return try call(callee, try arguments(callArguments, activation))
        case .filter(let value, let filter):
            let value = try evaluate(value, activation)
            return try apply(filter, to: value, try arguments(filter.arguments, activation))
        case .test(let value, let name, let callArguments):
            let value = try evaluate(value, activation)
            return .bool(try test(name, value, try arguments(callArguments, activation)))
        default: return try evaluateOperation(expression, activation)
        }
    }

    private func evaluateOperation(
        _ expression: Expression, _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        switch expression {
        case .not(let value): return .bool(!(try evaluate(value, activation).isTrue))
        case .negate(let value): return try negate(try evaluate(value, activation))
        case .plus(let value):
            let value = try evaluate(value, activation)
            guard value.isNumber else { throw unaryError("+", value) }
            return value.integer.map(Value.integer) ?? value
        case .and(let left, let right):
            let left = try evaluate(left, activation)
            return left.isTrue ? try evaluate(right, activation) : left
        case .or(let left, let right):
            let left = try evaluate(left, activation)
            return left.isTrue ? left : try evaluate(right, activation)
        case .binary(let operation, let left, let right):
            let left = try evaluate(left, activation)
            return try compute(operation, left, try evaluate(right, activation))
        case .compare(let left, let rest): return .bool(try evaluateComparison(left, rest, activation))
        case .concat(let parts, let escaping): return try evaluateConcat(parts, escaping, activation)
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test, activation).isTrue { return try evaluate(then, activation) }
            if let otherwise { return try evaluate(otherwise, activation) }
            return .undefined(UndefinedValue("the inline if-expression evaluated to false and no else was given"))
        default: throw ChatTemplateError(.syntax, "not an operation")
        }
    }

    func evaluateAll(_ expressions: [Expression], _ activation: Activation) throws(ChatTemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, activation)) }
        return values
    }

    /// `a ~ b`; with escaping on, a marked part makes the whole marked and the others escaped.
    private func evaluateConcat(
        _ parts: [Expression], _ escaping: Escaping, _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        let values = try evaluateAll(parts, activation)
        var (texts, size): ([String], Int) = ([], 0)
        for value in values {
            texts.append(try text(of: value))
            size += texts[texts.count - 1].utf8.count
        }
        try charge(bytes: size)
        guard escaping == .on, values.contains(where: \.isMarkup) else { return .string(texts.joined()) }
        return try markup(zip(values, texts).map { $0.isMarkup ? $1 : $1.htmlEscaped }.joined())
    }

    private func evaluateDict(
        _ members: [(key: Expression, value: Expression)], _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        var entries: [(key: Value, value: Value)] = []
        for (key, value) in members {
            let key = try evaluate(key, activation)
            entries.append((key, try evaluate(value, activation)))
            try checkHashable(key)
        }
        return try dict(entries)
    }

    func checkHashable(_ key: Value) throws(ChatTemplateError) {
        switch key {
        case .string, .integer: return
        case .list, .dict, .view(.keys, _), .view(.items, _):
            throw ChatTemplateError(.type, "unhashable type: '\(key.typeName)'")
        case .tuple(let list): for element in list.elements { try checkHashable(element) }
        default: return
        }
    }

    func arguments(_ call: CallArguments, _ activation: Activation) throws(ChatTemplateError) -> Arguments {
        var arguments = Arguments(positional: try evaluateAll(call.positional, activation))
        for (name, value) in call.named { arguments.named.append((name, try evaluate(value, activation))) }
        if let spread = call.spread { arguments.positional += try elements(of: try evaluate(spread, activation)) }
        if let spread = call.namedSpread {
            guard case .dict(let dict) = try evaluate(spread, activation) else {
                throw ChatTemplateError(.type, "the argument after ** must be a mapping")
            }
            for entry in dict.entries {
                guard let name = entry.key.text else { throw ChatTemplateError(.type, "keywords must be strings") }
                guard !arguments.named.contains(where: { $0.name.isSame(as: name) }) else {
                    throw ChatTemplateError(.type, "got multiple values for keyword argument '\(name)'")
                }
                try charge(arguments.named.count)
                arguments.named.append((name, entry.value))
            }
        }
        return arguments
    }

    private func evaluateComparison(
        _ first: Expression, _ rest: [(comparison: Comparison, right: Expression)], _ activation: Activation
    ) throws(ChatTemplateError) -> Bool {
        var left = try evaluate(first, activation)
        for (comparison, right) in rest {
            let right = try evaluate(right, activation)
            guard try compare(comparison, left, right) else { return false }
            left = right
        }
        return true
    }

    private func evaluateSlice(
        _ object: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?, _ activation: Activation
    ) throws(ChatTemplateError) -> Value {
        let isConstant = object.isConstant
        let object = try evaluate(object, activation)
        var bounds: [Int?] = []
        for expression in [start, stop, step] {
            let value = try expression.map { (expression) throws(ChatTemplateError) in
                try evaluate(expression, activation)
            }
            switch value {
            case nil, .some(.none): bounds.append(nil)
            case .some(let value):
                guard let bound = value.clampedInteger else {
                    throw ChatTemplateError(.type, "slice indices must be integers or None")
                }
                bounds.append(bound)
            }
        }
        // jinja2 works such slices of constants out beforehand, by rules that forgive.
        if isConstant, !object.isSliceable {
            return .undefined(UndefinedValue("\(object.typeName) object has no element slice"))
        }
        return try slice(object, bounds[0], bounds[1], bounds[2])
    }
}

extension Expression {
    /// Whether the value is written out in the template.
    fileprivate var isConstant: Bool {
        switch self {
        case .literal: true
        case .list(let parts), .tuple(let parts): parts.allSatisfy(\.isConstant)
        case .dict(let members): members.allSatisfy { $0.key.isConstant && $0.value.isConstant }
        default: false
        }
    }
}

extension Value {
    fileprivate var isSliceable: Bool {
        switch self {
        case .string, .markup, .list, .tuple, .range, .undefined: true
        default: false
        }
    }
}
