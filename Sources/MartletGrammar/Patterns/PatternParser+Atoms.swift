extension PatternParser {
    /// The next atom; nil where it is one that stands for nothing, such as a comment or flags.
    mutating func atom() throws(GrammarError) -> PatternNode? {
        let start = position
        guard let scalar = peek() else { return nil }
        position += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[": return .scalars(try characterClass(from: start))
        case "\\": return try escape(from: start)
        case ".": return .scalars(flags.dotMatchesAll ? .all : PatternSets.lineTerminators.complement)
        case "^":
            guard flags.isMultiline else { return .start }
            return .lookbehind(.scalars(PatternSets.lineTerminators.complement), negated: true)
        case "$":
            guard flags.isMultiline else { return .end }
            return .lookahead(.scalars(PatternSets.lineTerminators.complement), negated: true)
        case "*", "+", "?": throw invalid("nothing to repeat before '\(scalar)'", at: start)
        default: return literal(scalar)
        }
    }

    /// One scalar, in any case where the flags say so.
    mutating func literal(_ scalar: Unicode.Scalar) -> PatternNode { .scalars(cased(ScalarSet(scalar))) }

    /// The set, with all scalars that differ from its members by case only where the flags say so.
    mutating func cased(_ set: ScalarSet) -> ScalarSet {
        guard flags.ignoresCase else { return set }
        if let known = folded[set] { return known }
        let closure = SimpleCaseFolding.shared.closure(of: set)
        folded[set] = closure
        return closure
    }

    // MARK: - Groups

    private mutating func group(from start: Int) throws(GrammarError) -> PatternNode? {
        guard take("?") else {
            if peek() == "*" { throw unsupported("the verb '(*'", at: start) }
            return try capture(name: nil, from: start)
        }
        if take(":") { return try body(from: start) }
        if take("=") { return .lookahead(try body(from: start), negated: false) }
        if take("!") { return .lookahead(try negatedBody(from: start), negated: true) }
        if take("<=") { return .lookbehind(try body(from: start), negated: false) }
        if take("<!") { return .lookbehind(try negatedBody(from: start), negated: true) }
        if take("P<") || take("<") || take("'") {
            let terminator: Unicode.Scalar = scalars[position - 1] == "'" ? "'" : ">"
            guard let name = text(upTo: terminator), Self.isName(name) else {
                throw invalid("a bad group name", at: start)
            }
            return try capture(name: name, from: start)
        }
        if take("#") {
            guard text(upTo: ")") != nil else { throw invalid("a comment without ')'", at: start) }
            return nil
        }
        if take("P=") {
            guard let name = text(upTo: ")") else { throw invalid("'(' without ')'", at: start) }
            return try reference(to: name, from: start)
        }
        if take(">") { throw unsupported("an atomic group '(?>'", at: start) }
        if take("(") { throw unsupported("a conditional '(?('", at: start) }
        if take("|") { throw unsupported("a branch reset '(?|'", at: start) }
        if take("R") || take("&") || take("P>") || peek()?.properties.generalCategory == .decimalNumber {
            throw unsupported("recursion", at: start)
        }
        return try flagGroup(from: start)
    }

    private mutating func capture(name: String?, from start: Int) throws(GrammarError) -> PatternNode {
        let number = groups.open(name: name)
        let node = try body(from: start)
        return groups.close(number, node, start..<position)
    }

    /// As `body`. A reference inside to a group inside would have to hold for none of its texts rather than for one.
    private mutating func negatedBody(from start: Int) throws(GrammarError) -> PatternNode {
        let node = try body(from: start)
        if groups.hasReference(toGroupsFrom: start) {
            throw unsupported("a backreference inside a negative lookaround together with its group", at: start)
        }
        return node
    }

    /// Alternatives and the closing parenthesis.
    private mutating func body(from start: Int) throws(GrammarError) -> PatternNode {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= maxNesting else {
            throw GrammarError(
                .tooComplex, "regular expression: groups nest deeper than \(maxNesting) at offset \(start)")
        }
        let node = try alternation()
        guard take(")") else { throw invalid("'(' without ')'", at: start) }
        return node
    }

    /// `(?i)`, which lasts to the end of the group around it, or `(?i:...)`.
    private mutating func flagGroup(from start: Int) throws(GrammarError) -> PatternNode? {
        let outer = flags
        var isOn = true
        while let letter = peek() {
            position += 1
            switch letter {
            case "-" where isOn: isOn = false
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotMatchesAll = isOn
            case "x": flags.isExtended = isOn
            // Sets are of Unicode scalars and `\d`, `\w` ASCII with or without these.
            case "u" where isOn: break
            case ")" where position > start + 3: return nil
            case ":":
                let node = try body(from: start)
                flags = outer
                return node
            default: throw invalid("an unknown group or flag '\(letter)'", at: position - 1)
            }
        }
        throw invalid("'(' without ')'", at: start)
    }

    private static func isName(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        guard let first = scalars.first, first == "_" || first == "$" || first.properties.isXIDStart else {
            return false
        }
        return scalars.allSatisfy { $0 == "$" || $0.properties.isXIDContinue }
    }
}
