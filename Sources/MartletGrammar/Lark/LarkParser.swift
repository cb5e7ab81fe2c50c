import MartletJSON

/// Reads the Lark dialect of llguidance: rules in lower case, terminals in upper case, `%ignore`, `%import common`,
/// `%json` and so on. What depends on token ids or sampling is refused by name.
struct LarkParser {
    var cursor: GrammarCursor
    let budget: GrammarBudget
    var definitions: [LarkDefinition] = []
    var ignored: [LarkExpression] = []
    var options = Options()
    private var nesting = 0

    /// What `%llguidance` and `%grammar_options` can say.
    struct Options {
        /// Ignored text may also come before the first lexeme.
        var allowsInitialSkip = false
        /// Ignored text is one match of the ignored expressions at most.
        var ignoresOnce = false
    }

    init(_ text: String, budget: GrammarBudget) throws(GrammarError) {
        cursor = try GrammarCursor(text, limits: budget.limits)
        self.budget = budget
    }

    /// Reads all definitions and statements.
    mutating func parse() throws(GrammarError) {
        skipLines()
        while !cursor.isAtEnd {
            try budget.spend()
            if cursor.next == "%" { try statement() } else { try definition() }
            skipBlanks()
            guard cursor.isAtEnd || isAtLineEnd else {
                throw cursor.error("expected a line end, not \(cursor.nextName)")
            }
            skipLines()
        }
    }

    // MARK: Space

    /// Moves past blanks and comments on the line.
    mutating func skipBlanks() {
        while let scalar = cursor.next {
            if scalar == " " || scalar == "\t" {
                cursor.position += 1
            } else if scalar == "#" || cursor.starts(with: "//") {
                while let skipped = cursor.next, skipped != "\n" { cursor.position += skipped == "\n" ? 0 : 1 }
            } else {
                return
            }
        }
    }

    /// Moves past blanks, comments and line ends.
    mutating func skipLines() {
        skipBlanks()
        while isAtLineEnd {
            cursor.position += 1
            skipBlanks()
        }
    }

    private var isAtLineEnd: Bool { cursor.next == "\n" || cursor.next == "\r" }

    mutating func expect(_ text: String) throws(GrammarError) {
        skipBlanks()
        guard cursor.take(text) else { throw cursor.error("expected '\(text)', not \(cursor.nextName)") }
        skipBlanks()
    }

    /// A name of a rule or terminal.
    mutating func name() throws(GrammarError) -> String {
        let start = cursor.position
        let name = cursor.take { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
            default: false
            }
        }
        guard let first = name.unicodeScalars.first(where: { $0 != "_" }), !("0"..."9").contains(first), first != "-"
        else { throw cursor.error("expected a name, not \(cursor.nextName)", at: start) }
        let isTerminal = LarkDefinition.isTerminal(name)
        guard isTerminal ? name == name.uppercased() : name == name.lowercased() else {
            throw cursor.error(
                "the name '\(name)' mixes cases: rules are in lower case, terminals in upper case", at: start)
        }
        return name
    }

    // MARK: Definitions

    private mutating func definition() throws(GrammarError) {
        let start = cursor.position
        // These shape parse trees, not the language.
        while cursor.take("?") || cursor.take("!") {}
        var definition = LarkDefinition(name: try name(), position: start, expression: .sequence([]))
        skipBlanks()
        try refuse("::", "parametric rules are not supported")
        try refuse("{", "templates are not supported")
        try refuse(".", "priorities are not supported")
        if cursor.next == "[" { try attributes(&definition) }
        try expect(":")
        definition.expression = try choice()
        definitions.append(definition)
    }

    /// Refuses what begins with `text`, by name.
    mutating func refuse(_ text: String, _ message: String) throws(GrammarError) {
        if cursor.starts(with: text) { throw cursor.error(message, .unsupported) }
    }

    private mutating func attributes(_ definition: inout LarkDefinition) throws(GrammarError) {
        try expect("[")
        while cursor.next != "]" {
            let start = cursor.position
            let attribute = try name()
            skipBlanks()
            switch attribute {
            case "lazy": definition.isLazy = true
            // What is captured does not change which texts match.
            case "capture", "stop_capture":
                if cursor.take("=") {
                    skipBlanks()
                    _ = try literal()
                }
            case "suffix":
                try expect("=")
                definition.suffix = try value()
            case "stop", "max_tokens", "temperature":
                throw cursor.error("the rule attribute '\(attribute)' is not supported", at: start, .unsupported)
            default: throw cursor.error("'\(attribute)' is no rule attribute", at: start)
            }
            skipBlanks()
            if !cursor.take(",") { break }
            skipBlanks()
        }
        try expect("]")
        if definition.isTerminal {
            throw cursor.error("terminals have no attributes", at: definition.position)
        }
    }

    // MARK: Expressions

    /// Alternatives, which may go on behind a line end with `|`.
    mutating func choice() throws(GrammarError) -> LarkExpression {
        nesting += 1
        let limit = budget.limits.maxNesting
        guard nesting <= limit else { throw cursor.error("more than \(limit) levels of groups", .tooComplex) }
        var alternatives = [try conjunction()]
        while takeBar() { alternatives.append(try conjunction()) }
        nesting -= 1
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func takeBar() -> Bool {
        skipBlanks()
        if cursor.take("|") { return true }
        let before = cursor.position
        skipLines()
        if cursor.take("|") { return true }
        cursor.position = before
        return false
    }

    private mutating func conjunction() throws(GrammarError) -> LarkExpression {
        let start = cursor.position
        var parts = [try sequence()]
        while cursor.take("&") { parts.append(try sequence()) }
        if cursor.take("->") {
            // The alternative's name in the parse tree.
            skipBlanks()
            _ = try name()
            skipBlanks()
        }
        try refuse("%if", "%if is not supported")
        return parts.count == 1 ? parts[0] : .intersection(parts, at: start)
    }

    private mutating func sequence() throws(GrammarError) -> LarkExpression {
        var parts: [LarkExpression] = []
        skipBlanks()
        while let scalar = cursor.next, !"|)]}&\n\r".unicodeScalars.contains(scalar), !cursor.starts(with: "->"),
            !cursor.starts(with: "%if")
        {
            try budget.spend()
            parts.append(try repetition(of: try atom()))
            skipBlanks()
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(GrammarError) -> LarkExpression {
        if cursor.take("~") {
            skipBlanks()
            return .not(try plainAtom())
        }
        return try plainAtom()
    }

    private mutating func plainAtom() throws(GrammarError) -> LarkExpression {
        if cursor.take("(") {
            let inner = try choice()
            try expect(")")
            return inner
        }
        if cursor.take("[") {
            let inner = try choice()
            try expect("]")
            return .repeated(inner, atLeast: 0, atMost: 1)
        }
        return try value()
    }

    private mutating func repetition(of atom: LarkExpression) throws(GrammarError) -> LarkExpression {
        skipBlanks()
        let start = cursor.position
        var atLeast = 0
        var atMost: Int?
        if cursor.take("*") {
        } else if cursor.take("+") {
            atLeast = 1
        } else if cursor.take("?") {
            atMost = 1
        } else if cursor.next == "~", let digit = firstBeyondBlanks(after: 1), ("0"..."9").contains(digit) {
            cursor.position += 1
            atLeast = try count()
            atMost = cursor.take("..") ? try count() : atLeast
        } else if cursor.take("{") {
            skipBlanks()
            atLeast = cursor.next == "," ? 0 : try count()
            atMost = atLeast
            if cursor.take(",") {
                skipBlanks()
                atMost = cursor.next == "}" ? nil : try count()
            }
            try expect("}")
        } else {
            return atom
        }
        if let atMost, atMost < atLeast {
            throw cursor.error("at least \(atLeast) and at most \(atMost) times cannot be", at: start)
        }
        return .repeated(atom, atLeast: atLeast, atMost: atMost)
    }

    private func firstBeyondBlanks(after offset: Int) -> Unicode.Scalar? {
        var offset = offset
        while let scalar = cursor.peek(offset), scalar == " " || scalar == "\t" { offset += 1 }
        return cursor.peek(offset)
    }

    private mutating func count() throws(GrammarError) -> Int {
        skipBlanks()
        let start = cursor.position
        let digits = cursor.take { $0 >= "0" && $0 <= "9" }
        guard let value = Int32(digits) else { throw cursor.error("expected a number", at: start) }
        skipBlanks()
        return Int(value)
    }
}
