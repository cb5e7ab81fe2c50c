extension Parser {
    /// Statements up to a block that begins with one of `ends`, which is left current, or to the end.
    mutating func statements(until ends: [String]) throws(ChatTemplateError) -> [Statement] {
        try nested { (parser) throws(ChatTemplateError) in try parser.statementList(until: ends) }
    }

    private mutating func statementList(until ends: [String]) throws(ChatTemplateError) -> [Statement] {
        var body: [Statement] = []
        while true {
            let line = line
            beginTag()
            switch current {
            case .data(let text):
                advance()
                body.append(Statement(line: line, kind: .text(text)))
            case .variableBegin:
                advance()
                let value = try tuple(withConditional: true)
                try expect(.variableEnd)
                body.append(Statement(line: line, kind: .output(value)))
            case .blockBegin:
                advance()
                if case .name(let name) = current, ends.contains(name) { return body }
                body += try statement()
                try expect(.blockEnd)
            case .end:
                if let expected = ends.last {
                    throw error("unexpected end of template, expected '\(expected)'")
                }
                return body
            default: throw error("unexpected \(current.description)")
            }
        }
    }

    /// The body of a block up to its end tag, which is consumed.
    private mutating func block(endingWith end: String) throws(ChatTemplateError) -> [Statement] {
        let body = try self.body(until: [end])
        advance()
        return body
    }

    private mutating func body(until ends: [String]) throws(ChatTemplateError) -> [Statement] {
        _ = skip(.colon)
        try expect(.blockEnd)
        return try statements(until: ends)
    }

    private mutating func statement() throws(ChatTemplateError) -> [Statement] {
        let line = line
        let tag = try expectName()
        return try statementKinds(tag).map { Statement(line: line, kind: $0) }
    }

    private mutating func statementKinds(_ tag: String) throws(ChatTemplateError) -> [Statement.Kind] {
        switch tag {
        case "if": return [try conditional()]
        case "for": return [try loop()]
        case "set": return [try assignment()]
        case "macro": return [try macro()]
        case "call": return [try callBlock()]
        case "filter":
            let filters = try filterCalls(startsInline: true)
            return [.filterBlock(filters, body: try block(endingWith: "endfilter"))]
        case "with": return [try with()]
        case "generation": return [.scope(try block(endingWith: "endgeneration"))]
        case "block":
            let name = try expectName()
            while skip(name: "scoped") || skip(name: "required") {}
            let body = try block(endingWith: "endblock")
            _ = skip(name: name)
            return [.scope(body)]
        case "print": return try printed()
        case "break": return [.breakLoop]
        case "continue": return [.continueLoop]
        default: throw error("Encountered unknown tag '\(tag)'")
        }
    }

    private mutating func printed() throws(ChatTemplateError) -> [Statement.Kind] {
        var outputs: [Statement.Kind] = []
        while current != .blockEnd {
            if !outputs.isEmpty { try expect(.symbol(.comma)) }
            outputs.append(.output(try expression()))
        }
        return outputs
    }

    private mutating func conditional() throws(ChatTemplateError) -> Statement.Kind {
        var branches: [(test: Expression, body: [Statement])] = []
        while true {
            let test = try tuple(withConditional: false)
            branches.append((test, try body(until: ["elif", "else", "endif"])))
            let tag = try expectName()
            if tag == "elif" { continue }
            return .conditional(branches, otherwise: tag == "else" ? try block(endingWith: "endif") : [])
        }
    }

    private mutating func loop() throws(ChatTemplateError) -> Statement.Kind {
        let target = try target(endingBefore: "in")
        try expect(.name("in"))
        let iterable = try tuple(withConditional: false, endingBefore: "recursive")
        let condition = skip(name: "if") ? try expression() : nil
        let isRecursive = skip(name: "recursive")
        let body = try body(until: ["endfor", "else"])
        let otherwise = try expectName() == "else" ? try block(endingWith: "endfor") : []
        return .loop(
            Loop(
                target: target, iterable: iterable, condition: condition, isRecursive: isRecursive, body: body,
                otherwise: otherwise))
    }

    private mutating func assignment() throws(ChatTemplateError) -> Statement.Kind {
        let target = try target(endingBefore: nil, withNamespace: true)
        if skip(.assign) { return .set(target, try tuple(withConditional: true)) }
        let filters = try filterCalls(startsInline: false)
        return .setBlock(target, filters: filters, body: try block(endingWith: "endset"))
    }

    private mutating func filterCalls(startsInline: Bool) throws(ChatTemplateError) -> [FilterCall] {
        var filters: [FilterCall] = []
        var isFirst = startsInline
        while isFirst || skip(.pipe) {
            isFirst = false
            let name = try dottedName()
            let arguments = current == .symbol(.leftParenthesis) ? try callArguments() : CallArguments()
            filters.append(FilterCall(name: name, arguments: arguments))
        }
        return filters
    }

    private mutating func macro() throws(ChatTemplateError) -> Statement.Kind {
        let name = try expectName()
        let nameID = id(of: name)
        let ((parameters, body), mentions) = try collectingMentions { (parser) throws(ChatTemplateError) in
            (try parser.signature(), try parser.block(endingWith: "endmacro"))
        }
        return .macro(
            MacroDefinition(name: name, nameID: nameID, parameters: parameters, body: body, mentions: mentions))
    }

    private mutating func callBlock() throws(ChatTemplateError) -> Statement.Kind {
        let hasSignature = current == .symbol(.leftParenthesis)
        let parameters = hasSignature ? try signature() : []
        let call = try expression()
        guard case .call = call else { throw error("expected a call") }
        let nameID = id(of: "caller")
        let (body, mentions) = try collectingMentions { (parser) throws(ChatTemplateError) in
            try parser.block(endingWith: "endcall")
        }
        return .callBlock(
            MacroDefinition(name: "caller", nameID: nameID, parameters: parameters, body: body, mentions: mentions),
            call: call)
    }

    private mutating func signature() throws(ChatTemplateError) -> [(
        name: String, id: NameID, defaultValue: Expression?
    )] {
        var parameters: [(name: String, id: NameID, defaultValue: Expression?)] = []
        try expect(.symbol(.leftParenthesis))
        while current != .symbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.symbol(.comma)) }
            let name = try expectName()
            let hasDefault = skip(.assign)
            if !hasDefault, parameters.last?.defaultValue != nil {
                throw error("non-default argument follows default argument")
            }
            parameters.append((name, id(of: name), hasDefault ? try expression() : nil))
        }
        advance()
        return parameters
    }

    private mutating func with() throws(ChatTemplateError) -> Statement.Kind {
        var assignments: [(target: Target, value: Expression)] = []
        while current != .blockEnd {
            if !assignments.isEmpty { try expect(.symbol(.comma)) }
            let target = try singleTarget(withNamespace: false)
            try expect(.symbol(.assign))
            assignments.append((target, try expression()))
        }
        return .with(assignments, body: try block(endingWith: "endwith"))
    }

    private mutating func target(
        endingBefore end: String?, withNamespace: Bool = false
    ) throws(ChatTemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if case .name(let name) = current, name == end { break }
            if isTuple, current == .symbol(.assign) || current == .blockEnd { break }
            targets.append(try singleTarget(withNamespace: withNamespace))
            guard skip(.comma) else { break }
            isTuple = true
        }
        if isTuple { return .tuple(targets) }
        guard let target = targets.first else { throw error("expected a name to assign to") }
        return target
    }

    private mutating func singleTarget(withNamespace: Bool) throws(ChatTemplateError) -> Target {
        if skip(.leftParenthesis) {
            let inner = try nested { (parser) throws(ChatTemplateError) in try parser.target(endingBefore: nil) }
            try expect(.symbol(.rightParenthesis))
            return inner
        }
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw error("can't assign to '\(name)'")
        }
        if withNamespace, skip(.dot) { return .namespace(id(of: name), try expectName()) }
        return .name(id(of: name))
    }
}
