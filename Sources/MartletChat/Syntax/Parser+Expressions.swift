extension Parser {
    /// A whole expression with the conditional `a if b else c`.
    mutating func expression() throws(ChatTemplateError) -> Expression {
        try nested { (parser) throws(ChatTemplateError) in try parser.conditionalExpression() }
    }

    /// One expression, or several with commas between them, which make a tuple.
    mutating func tuple(
        withConditional: Bool, endingBefore end: String? = nil, isParenthesized: Bool = false
    ) throws(ChatTemplateError) -> Expression {
        var elements: [Expression] = []
        var isTuple = false
        while !isTupleEnd(end) {
            elements.append(withConditional ? try expression() : try disjunction())
            guard skip(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let element = elements.first { return element }
        guard isTuple || isParenthesized else {
            throw error("expected an expression, got \(current.description)")
        }
        return .tuple(elements)
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == end
        default: false
        }
    }

    private mutating func conditionalExpression() throws(ChatTemplateError) -> Expression {
        var result = try disjunction()
        while skip(name: "if") {
            try countOperator()
            let test = try disjunction()
            let otherwise = skip(name: "else") ? try expression() : nil
            result = .conditional(test: test, then: result, otherwise: otherwise)
        }
        return result
    }

    private mutating func disjunction() throws(ChatTemplateError) -> Expression {
        var left = try conjunction()
        while skip(name: "or") {
            try countOperator()
            left = .or(left, try conjunction())
        }
        return left
    }

    private mutating func conjunction() throws(ChatTemplateError) -> Expression {
        var left = try negation()
        while skip(name: "and") {
            try countOperator()
            left = .and(left, try negation())
        }
        return left
    }

    private mutating func negation() throws(ChatTemplateError) -> Expression {
        guard skip(name: "not") else { return try comparison() }
        return .not(try nested { (parser) throws(ChatTemplateError) in try parser.negation() })
    }

    private mutating func comparison() throws(ChatTemplateError) -> Expression {
        let left = try sum()
        var rest: [(comparison: Comparison, right: Expression)] = []
        while let comparison = comparisonOperator() { rest.append((comparison, try sum())) }
        return rest.isEmpty ? left : .compare(left, rest)
    }

    private mutating func comparisonOperator() -> Comparison? {
        switch current {
        case .symbol(let symbol):
            guard let comparison = Comparison(rawValue: symbol.rawValue) else { return nil }
            advance()
            return comparison
        case .name("in"):
            advance()
            return .isIn
        case .name("not") where following == .name("in"):
            advance()
            advance()
            return .isNotIn
        default: return nil
        }
    }

    private mutating func sum() throws(ChatTemplateError) -> Expression {
        var left = try concatenation()
        while case .symbol(let symbol) = current, symbol == .add || symbol == .subtract {
            try countOperator()
            advance()
            left = .binary(symbol == .add ? .add : .subtract, left, try concatenation())
        }
        return left
    }

    private mutating func concatenation() throws(ChatTemplateError) -> Expression {
        var parts = [try product()]
        while skip(.tilde) {
            try countOperator()
            parts.append(try product())
        }
        return parts.count == 1 ? parts[0] : .concat(parts, escaping)
    }

    private mutating func product() throws(ChatTemplateError) -> Expression {
        var left = try power()
        while case .symbol(let symbol) = current, symbol != .add, symbol != .subtract, symbol != .power,
            let operation = BinaryOperator(rawValue: symbol.rawValue)
        {
            try countOperator()
            advance()
            left = .binary(operation, left, try power())
        }
        return left
    }

    private mutating func power() throws(ChatTemplateError) -> Expression {
        var left = try unary(withFilter: true)
        while skip(.power) {
            try countOperator()
            left = .binary(.power, left, try unary(withFilter: true))
        }
        return left
    }

    private mutating func unary(withFilter: Bool) throws(ChatTemplateError) -> Expression {
        var node: Expression
        if skip(.subtract) {
            node = .negate(try nested { (parser) throws(ChatTemplateError) in try parser.unary(withFilter: false) })
        } else if skip(.add) {
            node = .plus(try nested { (parser) throws(ChatTemplateError) in try parser.unary(withFilter: false) })
        } else {
            node = try primary()
        }
        node = try postfix(node)
        return withFilter ? try filtered(node) : node
    }

    private mutating func primary() throws(ChatTemplateError) -> Expression {
        switch current {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return .literal(.bool(true))
            case "false", "False": return .literal(.bool(false))
            case "none", "None": return .literal(.none)
            default: return .name(use(of: name))
            }
        case .string(var text):
            advance()
            while case .string(let more) = current {
                text += more
                advance()
            }
            return .literal(.string(text))
        case .integer(let value):
            advance()
            return .literal(.integer(value))
        case .bigInteger(let value):
            advance()
            return .literal(.bigInteger(value))
        case .float(let value):
            advance()
            return .literal(.float(value))
        case .symbol(.leftParenthesis):
            advance()
            let inner = try tuple(withConditional: true, isParenthesized: true)
            try expect(.symbol(.rightParenthesis))
            return inner
        case .symbol(.leftBracket): return try list()
        case .symbol(.leftBrace): return try dictionary()
        default: throw error("unexpected \(current.description)")
        }
    }

    private mutating func list() throws(ChatTemplateError) -> Expression {
        advance()
        var elements: [Expression] = []
        while current != .symbol(.rightBracket) {
            if !elements.isEmpty { try expect(.symbol(.comma)) }
            if current == .symbol(.rightBracket) { break }
            elements.append(try expression())
        }
        advance()
        return .list(elements)
    }

    private mutating func dictionary() throws(ChatTemplateError) -> Expression {
        advance()
        var members: [(key: Expression, value: Expression)] = []
        while current != .symbol(.rightBrace) {
            if !members.isEmpty { try expect(.symbol(.comma)) }
            if current == .symbol(.rightBrace) { break }
            let key = try expression()
            try expect(.symbol(.colon))
            members.append((key, try expression()))
        }
        advance()
        return .dict(members)
    }
}

// MARK: - What follows a value

extension Parser {
    private mutating func postfix(_ value: Expression) throws(ChatTemplateError) -> Expression {
        var node = value
        while true {
            switch current {
            case .symbol(.dot): node = try attribute(of: node)
            case .symbol(.leftBracket): node = try subscripted(node)
            case .symbol(.leftParenthesis): node = .call(node, try callArguments())
            default: return node
            }
            try countOperator()
        }
    }

    private mutating func filtered(_ value: Expression) throws(ChatTemplateError) -> Expression {
        var node = value
        while true {
            switch current {
            case .symbol(.pipe):
                advance()
                let name = try dottedName()
                let hasArguments = current == .symbol(.leftParenthesis)
                let arguments = hasArguments ? try callArguments() : CallArguments()
                node = .filter(node, FilterCall(name, arguments))
            case .name("is"): node = try test(node)
            case .symbol(.leftParenthesis): node = .call(node, try callArguments())
            default: return node
            }
            try countOperator()
        }
    }

    mutating func dottedName() throws(ChatTemplateError) -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }

    private mutating func attribute(of node: Expression) throws(ChatTemplateError) -> Expression {
        advance()
        switch current {
        case .name(let name):
            advance()
            return .attribute(node, name, isMember: Methods.isMember(name))
        case .integer(let index):
            advance()
            return .item(node, .literal(.integer(index)))
        default: throw error("expected a name or a number after '.'")
        }
    }

    private mutating func subscripted(_ node: Expression) throws(ChatTemplateError) -> Expression {
        advance()
        if skip(.rightBracket) { return .item(node, .tuple([])) }
        var start: Expression?
        if current != .symbol(.colon) {
            let index = try expression()
            switch current {
            case .symbol(.comma): return .item(node, try tupleSubscript(index))
            case .symbol(.colon): start = index
            default:
                try expect(.symbol(.rightBracket))
                return .item(node, index)
            }
        }
        try expect(.symbol(.colon))
        var (stop, step): (Expression?, Expression?)
        if current != .symbol(.colon), current != .symbol(.rightBracket) { stop = try expression() }
        if skip(.colon), current != .symbol(.rightBracket) { step = try expression() }
        try expect(.symbol(.rightBracket))
        return .slice(node, start: start, stop: stop, step: step)
    }

    private mutating func tupleSubscript(_ first: Expression) throws(ChatTemplateError) -> Expression {
        var elements = [first]
        while skip(.comma) { elements.append(try expression()) }
        try expect(.symbol(.rightBracket))
        return .tuple(elements)
    }

    private mutating func test(_ node: Expression) throws(ChatTemplateError) -> Expression {
        advance()
        let isNegated = skip(name: "not")
        let name = try dottedName()
        var arguments = CallArguments()
        switch current {
        case .symbol(.leftParenthesis): arguments = try callArguments()
        case .name(let word) where !["else", "or", "and"].contains(word):
            if word == "is" { throw error("You cannot chain multiple tests with is") }
            arguments.positional = [try postfix(try primary())]
        case .string, .integer, .bigInteger, .float, .symbol(.leftBracket), .symbol(.leftBrace):
            arguments.positional = [try postfix(try primary())]
        default: break
        }
        let result = Expression.test(node, name, arguments)
        return isNegated ? .not(result) : result
    }

    mutating func callArguments() throws(ChatTemplateError) -> CallArguments {
        try expect(.symbol(.leftParenthesis))
        var arguments = CallArguments()
        var needsComma = false
        while current != .symbol(.rightParenthesis) {
            if needsComma {
                try expect(.symbol(.comma))
                if current == .symbol(.rightParenthesis) { break }
            }
            needsComma = true
            if skip(.multiply) {
                guard arguments.spread == nil, arguments.namedSpread == nil else { throw callError }
                arguments.spread = try expression()
            } else if skip(.power) {
                guard arguments.namedSpread == nil else { throw callError }
                arguments.namedSpread = try expression()
            } else if case .name(let name) = current, following == .symbol(.assign) {
                guard arguments.namedSpread == nil else { throw callError }
                guard !arguments.named.contains(where: { $0.name == name }) else {
                    throw error("keyword argument repeated: \(name)")
                }
                advance()
                advance()
                arguments.named.append((name, try expression()))
            } else {
                guard arguments.spread == nil, arguments.namedSpread == nil, arguments.named.isEmpty else {
                    throw callError
                }
                arguments.positional.append(try expression())
            }
        }
        advance()
        return arguments
    }

    private var callError: ChatTemplateError { error("invalid syntax for function call expression") }
}
