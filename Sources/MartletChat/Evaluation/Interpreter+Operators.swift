extension Interpreter {
    /// `left operation right`.
    func compute(
        _ operation: BinaryOperator, _ left: Value, _ right: Value
    ) throws(ChatTemplateError) -> Value {
        if case .integer(let left) = left, case .integer(let right) = right {
            return try Arithmetic.compute(operation, left, right, self)
        }
        if case .undefined(let undefined) = left { throw undefined.error }
        switch operation {
        case .add: if let result = try add(left, right) { return result }
        case .multiply:
            if let result = try repeated(left, right) { return result }
            if let result = try repeated(right, left) { return result }
        case .modulo:
            if let format = left.text {
                return left.isMarkup
                    ? try markup(try PercentFormat.format(format, right, escaping: true, self))
                    : try string(try PercentFormat.format(format, right, escaping: false, self))
            }
        default: break
        }
        if case .undefined(let undefined) = right { throw undefined.error }
        guard left.isNumber, right.isNumber else { throw unsupported(operation, left, right) }
        if let left = left.integer, let right = right.integer {
            return try Arithmetic.compute(operation, left, right, self)
        }
        if let left = left.wholeNumber, let right = right.wholeNumber {
            return try Arithmetic.compute(operation, left, right, self)
        }
        guard let left = left.finiteNumber, let right = right.finiteNumber else {
            throw ChatTemplateError(.value, "int too large to convert to float")
        }
        return try Arithmetic.compute(operation, left, right)
    }

    private func unsupported(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> ChatTemplateError {
        ChatTemplateError(
            .type,
            "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'")
    }

    /// Sums of texts and sequences.
    private func add(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Value? {
        switch (left, right) {
        case (.string(let a), .string(let b)):
            try charge(bytes: a.utf8.count + b.utf8.count)
            return .string(a + b)
        case (.markup(let a), .markup(let b)): return try markup(a + b)
        case (.markup(let a), .string(let b)): return try markup(a + b.htmlEscaped)
        case (.string(let a), .markup(let b)): return try markup(a.htmlEscaped + b)
        case (.string, _), (.markup, _):
            if case .undefined(let undefined) = right { throw undefined.error }
            throw ChatTemplateError(.type, "can only concatenate str (not \"\(right.typeName)\") to str")
        case (.list(let a), .list(let b)):
            try charge(a.elements.count + b.elements.count)
            return try list(a.elements + b.elements)
        case (.tuple(let a), .tuple(let b)): return try tuple(a.elements + b.elements)
        default: return nil
        }
    }

    /// A text or sequence times an integer.
    private func repeated(_ value: Value, _ count: Value) throws(ChatTemplateError) -> Value? {
        switch value {
        case .string, .markup, .list, .tuple: break
        default: return nil
        }
        guard let times = count.clampedInteger.map({ max(0, $0) }) else { return nil }
        switch value {
        case .string(let text), .markup(let text):
            try charge(product: times, text.utf8.count)
            let result = text.isEmpty ? "" : String(repeating: text, count: times)
            return value.isMarkup ? .markup(result) : .string(result)
        case .list(let list), .tuple(let list):
            guard !list.elements.isEmpty else { return value }
            try charge(product: times, list.elements.count * 16)
            let elements = Array((0..<times).lazy.map { _ in list.elements }.joined())
            if case .list = value { return try self.list(elements) }
            return try tuple(elements)
        default: return nil
        }
    }

    func negate(_ value: Value) throws(ChatTemplateError) -> Value {
        if case .float(let value) = value { return .float(-value) }
        if let integer = value.integer, integer != .min { return .integer(-integer) }
        guard let number = value.wholeNumber else { throw unaryError("-", value) }
        return Value(number.negated)
    }

    func unaryError(_ operation: String, _ value: Value) -> ChatTemplateError {
        if case .undefined(let undefined) = value { return undefined.error }
        return ChatTemplateError(.type, "bad operand type for unary \(operation): '\(value.typeName)'")
    }

    // MARK: Comparisons

    /// `left comparison right`.
    func compare(_ comparison: Comparison, _ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
        try charge(min(left.extent.weight, right.extent.weight))
        switch comparison {
        case .equal: return left.equals(right)
        case .notEqual: return !left.equals(right)
        case .less: return try isLess(left, right, comparison)
        case .greater: return try isLess(right, left, comparison)
        case .lessOrEqual: return try isLess(left, right, comparison) || left.equals(right)
        case .greaterOrEqual: return try isLess(right, left, comparison) || left.equals(right)
        case .isIn: return try contains(right, left)
        case .isNotIn: return !(try contains(right, left))
        }
    }

    private func isLess(_ left: Value, _ right: Value, _ comparison: Comparison) throws(ChatTemplateError) -> Bool {
        if case .undefined(let undefined) = left { throw undefined.error }
        if case .undefined(let undefined) = right { throw undefined.error }
        if let result = left.isLess(than: right) { return result }
        throw ChatTemplateError(
            .type,
            "'\(comparison.rawValue)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
    }

    /// `element in container`.
    func contains(_ container: Value, _ element: Value) throws(ChatTemplateError) -> Bool {
        switch container {
        case .string(let text), .markup(let text):
            try charge(bytes: text.utf8.count)
            guard let needle = element.text else {
                throw ChatTemplateError(.type, "'in <string>' requires string as left operand, not \(element.typeName)")
            }
            return text.has(needle)
        case .dict(let dict), .view(.keys, let dict):
            try checkHashable(element)
            return dict[element] != nil
        case .view(.items, let dict):
            guard case .tuple(let pair) = element, pair.elements.count == 2 else { return false }
            try checkHashable(pair.elements[0])
            return dict[pair.elements[0]].map { $0.equals(pair.elements[1]) } ?? false
        case .iterator, .loop:
            var cursor = try cursor(over: container)
            while let candidate = try cursor.next() {
                try charge(min(candidate.extent.weight, element.extent.weight))
                if candidate.equals(element) { return true }
            }
            return false
        default:
            try charge(min(container.extent.weight, element.extent.weight))
            return try elements(of: container).contains { $0.equals(element) }
        }
    }
}
