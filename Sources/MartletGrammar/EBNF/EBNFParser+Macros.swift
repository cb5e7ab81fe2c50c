extension EBNFParser {
    /// One argument of a macro.
    private enum Argument {
        case text(String)
        case number(String)
        case name(String, at: Int)
        case tuple([Argument])
    }

    private struct Arguments {
        var positional: [Argument] = []
        var named: [(name: String, value: Argument)] = []
    }

    /// A macro of xgrammar: `Name(argument, ..., name=argument, ...)`.
    mutating func macro(_ name: String, at start: Int) throws(GrammarError) -> SyntaxExpression {
        guard name != "Token", name != "ExcludeToken", name != "TokenTagDispatch" else {
            throw cursor.error(
                "\(name)(...) is not supported: grammars are matched against text, not token ids", at: start,
                .unsupported)
        }
        skipSpace()
        guard cursor.take("(") else { throw cursor.error("expected '(' after \(name)") }
        let arguments = try arguments()
        do {
            switch name {
            case "Regex": return try regex(arguments)
            case "Substring": return try substring(arguments)
            default: return try tagDispatch(arguments)
            }
        } catch {
            throw cursor.error("\(name): \(error.message)", at: start, error.reason)
        }
    }

    private func regex(_ arguments: Arguments) throws(GrammarError) -> SyntaxExpression {
        guard arguments.positional.count == 1, case .text(let pattern) = arguments.positional[0] else {
            throw GrammarError(.invalid, "takes one string, the pattern")
        }
        var flags: String?
        for (name, value) in arguments.named {
            switch (name, value) {
            case ("flags", .text(let given)): flags = given
            case ("json_string", .name("false", _)): break
            case ("json_string", .name("true", _)):
                throw GrammarError(.unsupported, "json_string=true is not supported")
            default: throw GrammarError(.invalid, "no argument '\(name)' with such a value")
            }
        }
        // Without flags a dot is any scalar; with them it leaves out line ends unless they contain 's'.
        return .regular(
            try RustPattern.wholeMatch(pattern, flags: flags ?? "s", limits: budget.limits))
    }

    private mutating func substring(_ arguments: Arguments) throws(GrammarError) -> SyntaxExpression {
        var chunks: [String] = []
        for argument in arguments.positional {
            guard case .text(let chunk) = argument else { throw GrammarError(.invalid, "takes strings only") }
            chunks.append(chunk)
        }
        guard arguments.named.isEmpty else { throw GrammarError(.invalid, "takes no named arguments") }
        try budget.spend(chunks.reduce(chunks.count) { $0 + $1.unicodeScalars.count })
        return names.substring(of: chunks)
    }

    private mutating func tagDispatch(_ arguments: Arguments) throws(GrammarError) -> SyntaxExpression {
        var dispatch = TagDispatch()
        for argument in arguments.positional {
            guard case .tuple(let pair) = argument, pair.count == 2, case .text(let tag) = pair[0], !tag.isEmpty,
                case .name(let rule, let place) = pair[1]
            else { throw GrammarError(.invalid, "takes pairs of a string that is not empty and a rule name") }
            dispatch.cases.append((tag, .rule(names.number(of: rule, usedAt: place))))
        }
        for (name, value) in arguments.named {
            switch (name, value) {
            case ("loop_after_dispatch", .name("true", _)): dispatch.loops = true
            case ("loop_after_dispatch", .name("false", _)): dispatch.loops = false
            case ("excludes", .tuple(let excluded)):
                for text in excluded {
                    guard case .text(let text) = text, !text.isEmpty else {
                        throw GrammarError(.invalid, "excludes takes strings that are not empty")
                    }
                    dispatch.excludes.append(text)
                }
            default: throw GrammarError(.invalid, "no argument '\(name)' with such a value")
            }
        }
        return try dispatch.expression(budget: budget)
    }

    // MARK: Arguments

    private mutating func arguments() throws(GrammarError) -> Arguments {
        var arguments = Arguments()
        skipSpace()
        if cursor.take(")") { return arguments }
        while true {
            let value = try argument(isNested: false)
            skipSpace()
            if case .name(let name, _) = value, cursor.take("=") {
                skipSpace()
                arguments.named.append((name, try argument(isNested: false)))
                skipSpace()
            } else {
                arguments.positional.append(value)
            }
            if cursor.take(")") { return arguments }
            guard cursor.take(",") else { throw cursor.error("expected ',' or ')', not \(cursor.nextName)") }
            skipSpace()
        }
    }

    private mutating func argument(isNested: Bool) throws(GrammarError) -> Argument {
        try budget.spend()
        let start = cursor.position
        if cursor.next == "\"" { return .text(try literal()) }
        guard cursor.next == "(", !isNested else {
            let name = identifier()
            guard !name.isEmpty else { throw cursor.error("expected an argument, not \(cursor.nextName)") }
            return name.allSatisfy({ $0.isASCII && $0.isNumber }) ? .number(name) : .name(name, at: start)
        }
        cursor.position += 1
        var members: [Argument] = []
        skipSpace()
        while !cursor.take(")") {
            members.append(try argument(isNested: true))
            skipSpace()
            if cursor.take(",") {
                skipSpace()
            } else if cursor.next != ")" {
                throw cursor.error("expected ',' or ')', not \(cursor.nextName)")
            }
        }
        return .tuple(members)
    }
}
