extension RegexParser {
    /// After an opening parenthesis.
    mutating func parseGroup() throws(TokenizerError) -> RegexNode {
        if peek("*") { throw unsupported("callout (*…)") }
        guard take("?") else {
            groupCount += 1
            return try capturing(groupCount)
        }
        let code = try next("end of pattern in group")
        switch Unicode.Scalar(code) {
        case ":": return try closed()
        case "=": return .look(try closed(), behind: false, negated: false)
        case "!": return .look(try closed(), behind: false, negated: true)
        case ">": return .atomic(try closed())
        case "<" where take("="): return .look(try closed(), behind: true, negated: false)
        case "<" where take("!"): return .look(try closed(), behind: true, negated: true)
        case "<", "'":
            let name = try parseGroupName(after: position)
            groupCount += 1
            groupsNamed[name, default: []].append(groupCount)
            return try capturing(groupCount)
        case "~": throw unsupported("absent operator (?~…)")
        case "{": throw unsupported("callout (?{…})")
        case "(": return try parseConditional()
        default:
            position -= 1
            guard let changed = try parseOptionLetters(), take(":") else { throw malformed("undefined group option") }
            let outer = options
            options = changed
            let body = try closed()
            options = outer
            return .group(body, number: nil)
        }
    }

    private mutating func closed() throws(TokenizerError) -> RegexNode {
        let body = try parseAlternatives()
        guard take(")") else { throw malformed("end of pattern with unmatched parenthesis") }
        return body
    }

    private mutating func capturing(_ number: Int) throws(TokenizerError) -> RegexNode {
        let group = RegexNode.group(try closed(), number: number)
        groups[number] = group
        return group
    }

    /// A name up to `>` or `'`; `start` is where it begins, after its opening quote.
    mutating func parseGroupName(after start: Int) throws(TokenizerError) -> String {
        let end: Unicode.Scalar = start > 0 && scalars[start - 1] == 0x27 ? "'" : ">"
        position = start
        var name = String.UnicodeScalarView()
        while !peek(end) {
            guard let scalar = Unicode.Scalar(try next("invalid group name <>")), scalar != ")" else {
                throw malformed("invalid group name")
            }
            name.append(scalar)
        }
        position += 1
        guard !name.isEmpty else { throw malformed("group name is empty") }
        return String(name)
    }

    /// After `(?(`: a condition, then what matches when it does, then what matches when it does not.
    private mutating func parseConditional() throws(TokenizerError) -> RegexNode {
        for start in "0123456789-+<'*".unicodeScalars where peek(start) {
            throw unsupported("condition on a group (?(\(start)…)")
        }
        let condition = try closed()
        if peek(")") { throw malformed("invalid if-else syntax") }
        let isThenEmpty = take("|")
        let rest = try closed()
        if isThenEmpty { return .conditional(condition, then: .empty, otherwise: rest) }
        guard case .alternatives(let parts) = rest else {
            return .conditional(condition, then: rest, otherwise: .empty)
        }
        let otherwise = parts.count == 2 ? parts[1] : .alternatives(Array(parts.dropFirst()))
        return .conditional(condition, then: parts[0], otherwise: otherwise)
    }
}
