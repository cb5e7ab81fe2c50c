import Glibc

extension Interpreter {
    /// `left operation right`.
    func compute(
        _ operation: BinaryOperator, _ left: Value, _ right: Value
    ) throws(ChatTemplateError) -> Value {
        if case .undefined(let undefined) = left { throw undefined.error }
        switch operation {
        case .add: if let result = try add(left, right) { return result }
        case .multiply:
            if let result = try repeated(left, right) { return result }
            if let result = try repeated(right, left) { return result }
        case .modulo:
            if let format = left.text { return try string(try PercentFormat.format(format, right, self)) }
        default: break
        }
        if case .undefined(let undefined) = right { throw undefined.error }
        if let left = left.integer, let right = right.integer { return try compute(operation, left, right) }
        if let left = left.number, let right = right.number { return try compute(operation, left, right) }
        throw ChatTemplateError(
            .type,
            "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'")
    }

    /// Sums of texts and sequences.
    private func add(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Value? {
        switch (left, right) {
        case (.string(let a), .string(let b)): return try string(a + b)
        case (.markup(let a), .markup(let b)): return try markup(a + b)
        case (.markup(let a), .string(let b)): return try markup(a + b.htmlEscaped)
        case (.string(let a), .markup(let b)): return try markup(a.htmlEscaped + b)
        case (.string, _), (.markup, _):
            if case .undefined(let undefined) = right { throw undefined.error }
            throw ChatTemplateError(.type, "can only concatenate str (not \"\(right.typeName)\") to str")
        case (.list(let a), .list(let b)): return try list(a.elements + b.elements)
        case (.tuple(let a), .tuple(let b)): return try tuple(a.elements + b.elements)
        default: return nil
        }
    }

    private func markup(_ text: String) throws(ChatTemplateError) -> Value {
        try charge(bytes: text.utf8.count)
        return .markup(text)
    }

    /// A text or sequence times an integer.
    private func repeated(_ value: Value, _ count: Value) throws(ChatTemplateError) -> Value? {
        guard let times = count.integer.map({ max(0, $0) }) else { return nil }
        switch value {
        case .string(let text), .markup(let text):
            let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: times)
            try charge(bytes: overflow ? .max : bytes)
            return .string(String(repeating: text, count: times))
        case .list(let list), .tuple(let list):
            let (total, overflow) = list.elements.count.multipliedReportingOverflow(by: times)
            try charge(overflow || total > limits.maxSteps ? limits.maxSteps : total)
            let elements = (0..<times).flatMap { _ in list.elements }
            if case .list = value { return try self.list(elements) }
            return try tuple(elements)
        default: return nil
        }
    }

    private func compute(_ operation: BinaryOperator, _ left: Int, _ right: Int) throws(ChatTemplateError) -> Value {
        let result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .divide: return try compute(operation, Double(left), Double(right))
        case .floorDivide, .modulo:
            guard right != 0 else { throw ChatTemplateError(.value, "integer division or modulo by zero") }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            if overflow { throw tooLarge }
            let remainder = left - quotient * right
            let isRoundedUp = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .modulo { return .integer(isRoundedUp ? remainder + right : remainder) }
            return .integer(isRoundedUp ? quotient - 1 : quotient)
        case .power:
            if right < 0 { return try compute(operation, Double(left), Double(right)) }
            return .integer(try power(left, right))
        }
        if result.overflow { throw tooLarge }
        return .integer(result.partialValue)
    }

    private var tooLarge: ChatTemplateError { ChatTemplateError(.value, "an integer is beyond 64 bits") }

    private func power(_ base: Int, _ exponent: Int) throws(ChatTemplateError) -> Int {
        var (result, factor, rest) = (1, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: factor)
                if overflow { throw tooLarge }
                result = product
            }
            rest >>= 1
            if rest > 0 {
                let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
                if overflow { throw tooLarge }
                factor = square
            }
        }
        return result
    }

    private func compute(
        _ operation: BinaryOperator, _ left: Double, _ right: Double
    ) throws(ChatTemplateError) -> Value {
        switch operation {
        case .add: return .float(left + right)
        case .subtract: return .float(left - right)
        case .multiply: return .float(left * right)
        case .power: return .float(pow(left, right))
        case .divide, .floorDivide, .modulo:
            guard right != 0 else { throw ChatTemplateError(.value, "division by zero") }
            if operation == .divide { return .float(left / right) }
            let remainder = fmod(left, right)
            let adjusted = remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder
            return .float(operation == .modulo ? adjusted : ((left - adjusted) / right).rounded())
        }
    }

    func negate(_ value: Value) throws(ChatTemplateError) -> Value {
        if case .float(let value) = value { return .float(-value) }
        guard let integer = value.integer else { throw unaryError("-", value) }
        guard integer != .min else { throw tooLarge }
        return .integer(-integer)
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
            if case .undefined(let undefined) = element { throw undefined.error }
            guard let needle = element.text else {
                throw ChatTemplateError(.type, "'in <string>' requires string as left operand, not \(element.typeName)")
            }
            return text.has(needle)
        case .dict(let dict):
            try checkHashable(element)
            return dict[element] != nil
        case .none, .bool, .integer, .float, .macro, .function, .method:
            throw ChatTemplateError(.type, "argument of type '\(container.typeName)' is not iterable")
        default: return try elements(of: container).contains { $0.equals(element) }
        }
    }
}
