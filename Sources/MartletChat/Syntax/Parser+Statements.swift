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
                body.append(Statement(line: line, kind: .output(value, escaping)))
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
            let body = try block(endingWith: "endfilter")
            return [.filterBlock(filters, body: body, newFrame(), escaping)]
        case "with": return [try with()]
        case "autoescape": return [try autoescape()]
        case "generation":
            let body = try block(endingWith: "endgeneration")
            return [
                .generation(
                    MacroDefinition(name: "caller", use: nil, parameters: [], body: body, frame: newFrame()), escaping)
            ]
        case "block": return [.block(try blockDefinition())]
        case "print": return try printed()
        case "break": return [.breakLoop]
        case "continue": return [.continueLoop]
        case "include", "import", "from", "extends": return [try loading(tag)]
        default: throw error("Encountered unknown tag '\(tag)'")
        }
    }

    private mutating func printed() throws(ChatTemplateError) -> [Statement.Kind] {
        var outputs: [Statement.Kind] = []
        while current != .blockEnd {
            if !outputs.isEmpty { try expect(.symbol(.comma)) }
            outputs.append(.output(try expression(), escaping))
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
        let test = skip(name: "if") ? try expression() : nil
        let isRecursive = skip(name: "recursive")
        let body = try body(until: ["endfor", "else"])
        let otherwise = try expectName() == "else" ? try block(endingWith: "endfor") : []
        return .loop(
            Loop(
                target: target, iterable: iterable,
                condition: test.map { (target: copy(of: target), test: $0, frame: newFrame()) },
                isRecursive: isRecursive, body: (body, newFrame()), otherwise: (otherwise, newFrame())))
    }

    /// The same target with uses of its own.
    private mutating func copy(of target: Target) -> Target {
        switch target {
        case .name(let name): return .name(use(name.name))
        case .tuple(let targets):
            var copies: [Target] = []
            for target in targets { copies.append(copy(of: target)) }
            return .tuple(copies)
        case .namespace(let name, let attribute): return .namespace(use(name.name), attribute)
        }
    }

    private mutating func assignment() throws(ChatTemplateError) -> Statement.Kind {
        let target = try target(endingBefore: nil, withNamespace: true)
        if skip(.assign) { return .set(target, try tuple(withConditional: true)) }
        let filters = try filterCalls(startsInline: false)
        return .setBlock(target, filters: filters, body: try block(endingWith: "endset"), newFrame())
    }

    private mutating func filterCalls(startsInline: Bool) throws(ChatTemplateError) -> [FilterCall] {
        var filters: [FilterCall] = []
        var isFirst = startsInline
        while isFirst || skip(.pipe) {
            isFirst = false
            let name = try dottedName()
            let arguments = current == .symbol(.leftParenthesis) ? try callArguments() : CallArguments()
            filters.append(FilterCall(name, arguments))
        }
        return filters
    }

    private mutating func macro() throws(ChatTemplateError) -> Statement.Kind {
        let name = try expectName()
        guard !Self.constants.contains(name) else { throw error("can't assign to '\(name)'") }
        let parameters = try signature()
        let use = use(of: name)
        let body = try block(endingWith: "endmacro")
        return .macro(MacroDefinition(name: name, use: use, parameters: parameters, body: body, frame: newFrame()))
    }

    private mutating func callBlock() throws(ChatTemplateError) -> Statement.Kind {
        let parameters = current == .symbol(.leftParenthesis) ? try signature() : []
        let call = try expression()
        guard case .call = call else { throw error("expected a call") }
        let body = try block(endingWith: "endcall")
        let definition = MacroDefinition(
            name: "caller", use: nil, parameters: parameters, body: body, frame: newFrame())
        return .callBlock(definition, call: call, escaping)
    }

    private mutating func signature() throws(ChatTemplateError) -> [MacroParameter] {
        var parameters: [MacroParameter] = []
        try expect(.symbol(.leftParenthesis))
        while current != .symbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.symbol(.comma)) }
            let name = try expectName()
            guard !Self.constants.contains(name) else { throw error("can't assign to '\(name)'") }
            guard !parameters.contains(where: { $0.name == name }) else {
                throw error("duplicate argument '\(name)' in a macro's definition")
            }
            let hasDefault = skip(.assign)
            if !hasDefault, parameters.last?.defaultValue != nil {
                throw error("non-default argument follows default argument")
            }
            let use = use(of: name)
            parameters.append(MacroParameter(name: name, use: use, defaultValue: hasDefault ? try expression() : nil))
        }
        advance()
        return parameters
    }

    private mutating func with() throws(ChatTemplateError) -> Statement.Kind {
        var assignments: [(target: Target, value: Expression)] = []
        while current != .blockEnd {
            if !assignments.isEmpty { try expect(.symbol(.comma)) }
            let target = try target(endingBefore: nil)
            try expect(.symbol(.assign))
            assignments.append((target, try expression()))
        }
        return .with(assignments, body: try block(endingWith: "endwith"), newFrame())
    }

    private mutating func autoescape() throws(ChatTemplateError) -> Statement.Kind {
        let isOn = try expression()
        let outer = escaping
        if case .literal(let literal) = isOn {
            if escaping != .dynamic { escaping = Value(literal).isTrue ? .on : .off }
        } else {
            escaping = .dynamic
        }
        let body = try block(endingWith: "endautoescape")
        escaping = outer
        return .autoescape(isOn, body: body, newFrame())
    }

    private mutating func blockDefinition() throws(ChatTemplateError) -> BlockDefinition {
        let name = try expectName()
        let isScoped = skip(name: "scoped")
        let isRequired = skip(name: "required")
        let outer = escaping
        // A block is not part of what is around it.
        escaping = .off
        let body = try block(endingWith: "endblock")
        escaping = outer
        let isBlank = body.allSatisfy {
            guard case .text(let text) = $0.kind else { return false }
            return text.unicodeScalars.allSatisfy(PythonWhitespace.contains)
        }
        guard isBlank || !isRequired else { throw error("Required blocks can only contain comments or whitespace") }
        _ = skip(name: name)
        return BlockDefinition(
            name: name, isScoped: isScoped, isRequired: isRequired, body: body, frame: newFrame())
    }
}

// MARK: - Targets

extension Parser {
    fileprivate static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    private mutating func target(
        endingBefore end: String?, withNamespace: Bool = false, isParenthesized: Bool = false
    ) throws(ChatTemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = isParenthesized && current == .symbol(.rightParenthesis)
        while true {
            if case .name(let name) = current, name == end { break }
            if current == .blockEnd || current == .symbol(.rightParenthesis) { break }
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
            let inner = try nested { (parser) throws(ChatTemplateError) in
                try parser.target(endingBefore: nil, isParenthesized: true)
            }
            try expect(.symbol(.rightParenthesis))
            return inner
        }
        let name = try expectName()
        guard !Self.constants.contains(name) else { throw error("can't assign to '\(name)'") }
        if withNamespace, skip(.dot) { return .namespace(use(of: name), try expectName()) }
        return .name(use(of: name))
    }

    /// `include`, `import`, `from` or `extends`, read to its end.
    private mutating func loading(_ tag: String) throws(ChatTemplateError) -> Statement.Kind {
        let template = try expression()
        var stores: [NameUse] = []
        switch tag {
        case "include": if current == .name("ignore"), following == .name("missing") { advance(by: 2) }
        case "import":
            try expect(.name("as"))
            stores.append(use(of: try expectName()))
        case "from":
            try expect(.name("import"))
            stores = try importedNames()
        default: return .loading(tag: tag, [template], stores: [])
        }
        _ = skipContext()
        return .loading(tag: tag, [template], stores: stores)
    }

    private mutating func importedNames() throws(ChatTemplateError) -> [NameUse] {
        var stores: [NameUse] = []
        while true {
            if !stores.isEmpty { try expect(.symbol(.comma)) }
            if skipContext() { return stores }
            let name = try expectName()
            guard !name.hasPrefix("_") else { throw error("names starting with an underline can not be imported") }
            stores.append(use(of: skip(name: "as") ? try expectName() : name))
            if current != .symbol(.comma) { return stores }
        }
    }

    private mutating func skipContext() -> Bool {
        guard current == .name("with") || current == .name("without"), following == .name("context") else {
            return false
        }
        advance(by: 2)
        return true
    }

    private mutating func advance(by count: Int) { for _ in 0..<count { advance() } }
}
