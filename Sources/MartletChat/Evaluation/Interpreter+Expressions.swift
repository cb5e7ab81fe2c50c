extension Interpreter {
    /// The value of an expression.
    func evaluate(_ expression: Expression, _ scope: Scope) throws(ChatTemplateError) -> Value {
        switch expression {
        case .literal(let literal):
            try charge()
            return Value(literal)
        case .name(let id):
            try charge()
            return scope.lookup(id) ?? .undefined(UndefinedValue("'\(names[id])' is undefined"))
        default: return try nested { () throws(ChatTemplateError) in try evaluateCompound(expression, scope) }
        }
    }

    private func evaluateCompound(_ expression: Expression, _ scope: Scope) throws(ChatTemplateError) -> Value {
        try charge()
        switch expression {
        case .list(let elements): return try list(try evaluateAll(elements, scope))
        case .tuple(let elements): return try tuple(try evaluateAll(elements, scope))
        case .dict(let members): return try evaluateDict(members, scope)
        case .attribute(let object, let name): return try attribute(name, of: try evaluate(object, scope))
        case .item(let object, let key):
            let object = try evaluate(object, scope)
            return try item(try evaluate(key, scope), of: object)
        case .slice(let object, let start, let stop, let step):
            return try evaluateSlice(object, start, stop, step, scope)
        case .call(let callee, let callArguments):
            let callee = try evaluate(callee, scope)
            return try call(callee, try arguments(callArguments, scope))
        case .filter(let value, let name, let callArguments):
            let value = try evaluate(value, scope)
            return try apply(name, to: value, try arguments(callArguments, scope))
        case .test(let value, let name, let callArguments):
            let value = try evaluate(value, scope)
            return .bool(try test(name, value, try arguments(callArguments, scope)))
        default: return try evaluateOperation(expression, scope)
        }
    }

    private func evaluateOperation(_ expression: Expression, _ scope: Scope) throws(ChatTemplateError) -> Value {
        switch expression {
        case .not(let value): return .bool(!(try evaluate(value, scope).isTrue))
        case .negate(let value): return try negate(try evaluate(value, scope))
        case .plus(let value):
            let value = try evaluate(value, scope)
            guard value.number != nil else { throw unaryError("+", value) }
            return value.integer.map(Value.integer) ?? value
        case .and(let left, let right):
            let left = try evaluate(left, scope)
            return left.isTrue ? try evaluate(right, scope) : left
        case .or(let left, let right):
            let left = try evaluate(left, scope)
            return left.isTrue ? left : try evaluate(right, scope)
        case .binary(let operation, let left, let right):
            let left = try evaluate(left, scope)
            return try compute(operation, left, try evaluate(right, scope))
        case .compare(let left, let rest): return .bool(try evaluateComparison(left, rest, scope))
        case .concat(let parts):
            var text = ""
            for part in parts { text += try self.text(of: try evaluate(part, scope)) }
            return try string(text)
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
            if let otherwise { return try evaluate(otherwise, scope) }
            return .undefined(UndefinedValue("the inline if-expression evaluated to false and no else was given"))
        default: throw ChatTemplateError(.syntax, "not an operation")
        }
    }

    func evaluateAll(_ expressions: [Expression], _ scope: Scope) throws(ChatTemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, scope)) }
        return values
    }

    private func evaluateDict(
        _ members: [(key: Expression, value: Expression)], _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        var entries: [(key: Value, value: Value)] = []
        for (key, value) in members {
            let key = try evaluate(key, scope)
            try checkHashable(key)
            entries.append((key, try evaluate(value, scope)))
        }
        return try dict(entries)
    }

    func checkHashable(_ key: Value) throws(ChatTemplateError) {
        switch key {
        case .list, .dict: throw ChatTemplateError(.type, "unhashable type: '\(key.typeName)'")
        default: break
        }
    }

    func arguments(_ call: CallArguments, _ scope: Scope) throws(ChatTemplateError) -> Arguments {
        var arguments = Arguments(positional: try evaluateAll(call.positional, scope))
        for (name, value) in call.named { arguments.named.append((name, try evaluate(value, scope))) }
        if let spread = call.spread { arguments.positional += try elements(of: try evaluate(spread, scope)) }
        if let spread = call.namedSpread {
            guard case .dict(let dict) = try evaluate(spread, scope) else {
                throw ChatTemplateError(.type, "the argument after ** must be a mapping")
            }
            for entry in dict.entries {
                guard let name = entry.key.text else { throw ChatTemplateError(.type, "keywords must be strings") }
                arguments.named.append((name, entry.value))
            }
        }
        return arguments
    }

    private func evaluateComparison(
        _ first: Expression, _ rest: [(comparison: Comparison, right: Expression)], _ scope: Scope
    ) throws(ChatTemplateError) -> Bool {
        var left = try evaluate(first, scope)
        for (comparison, right) in rest {
            let right = try evaluate(right, scope)
            guard try compare(comparison, left, right) else { return false }
            left = right
        }
        return true
    }

    private func evaluateSlice(
        _ object: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?, _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        let object = try evaluate(object, scope)
        var bounds: [Int?] = []
        for expression in [start, stop, step] {
            guard let expression else {
                bounds.append(nil)
                continue
            }
            let value = try evaluate(expression, scope)
            if case .none = value {
                bounds.append(nil)
            } else if let integer = value.integer {
                bounds.append(integer)
            } else {
                throw ChatTemplateError(.type, "slice indices must be integers or None")
            }
        }
        return try slice(object, bounds[0], bounds[1], bounds[2])
    }
}
