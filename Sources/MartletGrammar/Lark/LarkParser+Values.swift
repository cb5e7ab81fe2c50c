import MartletJSON

extension LarkParser {
    /// A string, regex, range, name, special token or inline schema.
    mutating func value() throws(GrammarError) -> LarkExpression {
        let start = cursor.position
        switch cursor.next {
        case "\"":
            let text = try literal()
            if cursor.take("i") { return .literal(text, ignoresCase: true, at: start) }
            skipBlanks()
            guard cursor.take("..") else { return .literal(text, ignoresCase: false, at: start) }
            skipBlanks()
            let end = try literal()
            guard let first = text.unicodeScalars.first, text.unicodeScalars.count == 1,
                let last = end.unicodeScalars.first, end.unicodeScalars.count == 1
            else { throw cursor.error("a range is between two single characters", at: start) }
            guard first <= last else { throw cursor.error("the range is the wrong way round", at: start) }
            return .range(first, last)
        case "/":
            return try regex()
        case "<":
            return try special()
        case "@":
            throw cursor.error("references to other grammars (@name) are not supported", .unsupported)
        case "%":
            return try directive()
        default:
            let name = try name()
            try refuse("::", "parametric rules are not supported")
            if cursor.next == "{", let next = cursor.peek(1), next != ",", !("0"..."9").contains(next), next != " " {
                throw cursor.error("templates are not supported", .unsupported)
            }
            return .name(name, at: start)
        }
    }

    /// A string in double quotes, with JSON's escapes and `\xHH`.
    mutating func literal() throws(GrammarError) -> String {
        let start = cursor.position
        guard cursor.take("\"") else { throw cursor.error("expected a string, not \(cursor.nextName)") }
        var json = "\""
        while let scalar = cursor.next, scalar != "\"" {
            guard scalar != "\n", scalar != "\r" else { break }
            json.unicodeScalars.append(scalar)
            cursor.position += 1
            if scalar == "\\", let escaped = cursor.next {
                cursor.position += 1
                json += escaped == "x" ? "u00" : String(escaped)
            }
        }
        guard cursor.take("\"") else { throw cursor.error("the string does not end on its line", at: start) }
        try budget.spend(json.utf8.count)
        guard let text = try? JSONReader.parse(json + "\"").stringValue else {
            throw cursor.error("the string is not spelled as JSON spells strings", at: start)
        }
        return text
    }

    private mutating func regex() throws(GrammarError) -> LarkExpression {
        let start = cursor.position
        cursor.position += 1
        var pattern = String.UnicodeScalarView()
        while let scalar = cursor.next, scalar != "/" {
            pattern.append(scalar)
            cursor.position += 1
            if scalar == "\\", let escaped = cursor.next {
                pattern.append(escaped)
                cursor.position += 1
            }
        }
        guard cursor.take("/") else { throw cursor.error("the regular expression does not end in '/'", at: start) }
        try budget.spend(pattern.count)
        let flags = cursor.take { "imslux".unicodeScalars.contains($0) }
        return .regex(String(pattern), flags: flags, at: start)
    }

    private mutating func special() throws(GrammarError) -> LarkExpression {
        let start = cursor.position
        cursor.position += 1
        let name = cursor.take { $0 != ">" && $0 != "<" && $0 != " " && $0 != "\t" && $0 != "\n" && $0 != "\r" }
        guard cursor.take(">"), !name.isEmpty else { throw cursor.error("expected a special token <name>", at: start) }
        if name.hasPrefix("[") {
            throw cursor.error(
                "tokens by number such as <\(name)> are not supported; name them <name>", at: start, .unsupported)
        }
        return .special("<\(name)>")
    }

    private mutating func directive() throws(GrammarError) -> LarkExpression {
        let start = cursor.position
        if cursor.take("%json") { return .schema(try json(), at: start) }
        if cursor.take("%regex") {
            let value = try json()
            guard let members = value.objectValue, members.count == 1, let member = members.first else {
                throw cursor.error("%regex takes one of substring_chunks and substring_chars", at: start)
            }
            switch member.key {
            case "substring_chunks":
                let chunks = member.value.arrayValue?.compactMap(\.stringValue) ?? []
                guard chunks.count == member.value.arrayValue?.count else {
                    throw cursor.error("substring_chunks takes a list of strings", at: start)
                }
                return .substring(chunks)
            case "substring_chars":
                guard let text = member.value.stringValue else {
                    throw cursor.error("substring_chars takes a string", at: start)
                }
                return .substring(text.unicodeScalars.map { String($0) })
            default: throw cursor.error("%regex does not support '\(member.key)'", at: start, .unsupported)
            }
        }
        try refuse("%lark", "%lark is not supported")
        throw cursor.error("expected a value, not \(cursor.nextName)")
    }

    /// The JSON value that comes next, over several lines if need be.
    mutating func json() throws(GrammarError) -> JSONValue {
        skipLines()
        let start = cursor.position
        var depth = 0
        var isQuoted = false
        while let scalar = cursor.next {
            cursor.position += 1
            switch scalar {
            case "\\" where isQuoted: cursor.position += 1
            case "\"": isQuoted.toggle()
            case "{", "[": if !isQuoted { depth += 1 }
            case "}", "]": if !isQuoted { depth -= 1 }
            default: break
            }
            if depth == 0, !isQuoted, !(cursor.next.map { ("a"..."z").contains($0) } ?? false) { break }
        }
        let end = min(cursor.position, cursor.scalars.count)
        let text = String(String.UnicodeScalarView(cursor.scalars[start..<end]))
        do {
            return try JSONReader.parse(text)
        } catch {
            throw cursor.error("not a JSON value: \(error)", at: start)
        }
    }

    // MARK: Statements

    /// A line that begins with `%`.
    mutating func statement() throws(GrammarError) {
        let start = cursor.position
        cursor.position += 1
        let keyword = cursor.take { ("a"..."z").contains($0) || $0 == "_" }
        skipBlanks()
        switch keyword {
        case "ignore": ignored.append(try choice())
        case "import": try importStatement()
        case "llguidance", "grammar_options": try optionsStatement(start)
        case "declare", "override", "extend":
            throw cursor.error("%\(keyword) is not supported", at: start, .unsupported)
        default: throw cursor.error("'%\(keyword)' is no statement", at: start)
        }
    }

    private mutating func importStatement() throws(GrammarError) {
        let start = cursor.position
        let library = try name()
        guard library == "common" else {
            throw cursor.error("only the library 'common' can be imported from", at: start, .unsupported)
        }
        skipBlanks()
        if cursor.take(".") {
            let imported = try name()
            skipBlanks()
            var local = imported
            if cursor.take("->") {
                skipBlanks()
                local = try name()
            }
            try define(imported, as: local, at: start)
        } else {
            try expect("(")
            repeat {
                skipBlanks()
                let imported = try name()
                try define(imported, as: imported, at: start)
                skipBlanks()
            } while cursor.take(",")
            try expect(")")
        }
    }

    private mutating func define(_ imported: String, as local: String, at position: Int) throws(GrammarError) {
        guard let pattern = LarkCommon.patterns[imported] else {
            throw cursor.error("the library 'common' has no '\(imported)'", at: position)
        }
        definitions.append(
            LarkDefinition(
                name: local, position: position, expression: .regex(pattern, flags: "", at: position)))
    }

    private mutating func optionsStatement(_ start: Int) throws(GrammarError) {
        guard let members = try json().objectValue else {
            throw cursor.error("options are a JSON object", at: start)
        }
        for (name, value) in members {
            switch (name, value.boolValue) {
            case ("allow_initial_skip", let given?): options.allowsInitialSkip = given
            case ("ignore_once", let given?): options.ignoresOnce = given
            // Whether forced text is generated token by token does not change the text.
            case ("no_forcing", .some): break
            default: throw cursor.error("the option '\(name)' is not supported", at: start, .unsupported)
            }
        }
    }
}
