/// Parses a regular expression in Oniguruma's syntax, as the tokenizers library uses it.
///
/// **Source** Oniguruma 6.9.10 `doc/RE`, syntax ONIG_SYNTAX_ONIGURUMA; what it does with unusual patterns was found
/// out by trying.
struct RegexParser {
    let scalars: [UInt32]
    var position = 0
    var options: RegexOptions = []
    var depth = 0
    var groupCount = 0
    /// The number of groups with each name.
    var groupsNamed: [String: [Int]] = [:]
    /// The groups by number, for `\g`.
    var groups: [Int: RegexNode] = [:]
    /// Code points of a `\x{… …}` still to be read.
    var pending: [UInt32] = []
    private let pattern: String
    /// `{n,m}+` gives nothing back, as in Rust's and Python's syntax; in Oniguruma's it repeats `{n,m}`.
    private let hasPossessiveIntervals: Bool

    static let maxDepth = 100
    static let maxRepeat = 100_000

    init(_ pattern: String, hasPossessiveIntervals: Bool = false) {
        self.pattern = pattern
        self.hasPossessiveIntervals = hasPossessiveIntervals
        scalars = pattern.unicodeScalars.map(\.value)
    }

    /// The whole pattern.
    mutating func parse() throws(TokenizerError) -> RegexNode {
        let node = try parseAlternatives()
        if position < scalars.count { throw malformed("unmatched close parenthesis") }
        return node
    }

    // MARK: - Errors

    func malformed(_ what: String) -> TokenizerError {
        .malformed("regular expression '\(pattern)': \(what) at character \(min(position, scalars.count))")
    }

    func unsupported(_ name: String) -> TokenizerError {
        .unsupported(
            part: "regular expression operator", name: "\(name) in '\(pattern)'",
            supported: "the syntax of Oniguruma without backreferences, recursion, absent operators and callouts")
    }

    // MARK: - Reading scalars

    var isAtEnd: Bool { position >= scalars.count }

    func peek(_ character: Unicode.Scalar, ahead: Int = 0) -> Bool {
        position + ahead < scalars.count && scalars[position + ahead] == character.value
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek(character) else { return false }
        position += 1
        return true
    }

    mutating func next(_ missing: String) throws(TokenizerError) -> UInt32 {
        guard position < scalars.count else { throw malformed(missing) }
        position += 1
        return scalars[position - 1]
    }

    /// Skips comments and, in extended mode, white space.
    private mutating func skipIgnored() throws(TokenizerError) {
        guard pending.isEmpty else { return }
        while position < scalars.count {
            if peek("("), peek("?", ahead: 1), peek("#", ahead: 2) {
                position += 3
                while true {
                    let code = try next("end of pattern in a comment")
                    if code == 0x5C { position += 1 } else if code == 0x29 { break }
                }
            } else if options.contains(.extended), [0x20, 0x09, 0x0A, 0x0D, 0x0C].contains(scalars[position]) {
                position += 1
            } else if options.contains(.extended), peek("#") {
                while position < scalars.count, scalars[position] != 0x0A { position += 1 }
            } else {
                return
            }
        }
    }

    // MARK: - Structure

    /// Alternatives up to a closing parenthesis or the end, neither of which is taken.
    mutating func parseAlternatives() throws(TokenizerError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw malformed("groups nested deeper than \(Self.maxDepth)") }
        let outer = options
        var alternatives = [try parseBranch()]
        while take("|") { alternatives.append(try parseBranch()) }
        options = outer
        return alternatives.count == 1 ? alternatives[0] : .alternatives(alternatives)
    }

    private mutating func parseBranch() throws(TokenizerError) -> RegexNode {
        var items: [RegexNode] = []
        while true {
            try skipIgnored()
            if pending.isEmpty && (isAtEnd || peek("|") || peek(")")) { break }
            if let rest = try parseIsolatedOptions() {
                items.append(rest)
                break
            }
            var node = try parseAtom()
            for count in 0... {
                try skipIgnored()
                guard pending.isEmpty, let (quantifier, isPossessive) = try parseQuantifier() else { break }
                guard count < Self.maxDepth else { throw malformed("more than \(Self.maxDepth) quantifiers in a row") }
                if node.isInvalidQuantifierTarget { throw malformed("target of repeat operator is invalid") }
                node = try quantify(node, quantifier)
                if isPossessive { node = .atomic(node) }
            }
            items.append(node)
        }
        return .joining(items)
    }

    /// `(?i)` and the like, which hold up to the end of the enclosing group, alternatives included.
    private mutating func parseIsolatedOptions() throws(TokenizerError) -> RegexNode? {
        guard peek("("), peek("?", ahead: 1) else { return nil }
        let start = position
        position += 2
        guard let changed = try parseOptionLetters(), take(")") else {
            position = start
            return nil
        }
        let outer = options
        options = changed
        let rest = try parseAlternatives()
        options = outer
        return .group(rest, number: nil)
    }

    /// The options after `imx-imx`, or nil where something else stands.
    mutating func parseOptionLetters() throws(TokenizerError) -> RegexOptions? {
        var (changed, isNegated, isFirst) = (options, false, true)
        while position < scalars.count {
            if peek(":") || peek(")") { return isFirst ? nil : changed }
            let code = scalars[position]
            if code == 0x2D {
                isNegated = true
            } else if let option = RegexOptions(letter: code) {
                if isNegated { changed.remove(option) } else { changed.insert(option) }
            } else if let letter = Unicode.Scalar(code), "CILy".unicodeScalars.contains(letter) {
                throw unsupported("(?\(letter))")
            } else {
                return nil
            }
            position += 1
            isFirst = false
        }
        return nil
    }

    // MARK: - Quantifiers

    private mutating func parseQuantifier() throws(TokenizerError) -> (RegexQuantifier, isPossessive: Bool)? {
        var quantifier = RegexQuantifier(minimum: 0, maximum: nil, isGreedy: true)
        if take("*") {
        } else if take("+") {
            quantifier.minimum = 1
        } else if take("?") {
            quantifier.maximum = 1
        } else if peek("{") {
            guard let (interval, isPossessive) = try parseInterval() else { return nil }
            quantifier = interval
            // `{n}?` is no lazy quantifier but `(?:…{n})?`, and `{n,m}+` repeats `{n,m}`.
            if !isPossessive, interval.minimum != interval.maximum || hasComma, take("?") {
                quantifier.isGreedy = false
                return (quantifier, false)
            }
            return (quantifier, isPossessive || hasPossessiveIntervals && take("+"))
        } else {
            return nil
        }
        if take("?") {
            quantifier.isGreedy = false
            return (quantifier, false)
        }
        return (quantifier, take("+"))
    }

    /// Whether the interval just read was `{n,m}` rather than `{n}`.
    private var hasComma = false

    /// `{n}`, `{n,}`, `{,m}`, `{n,m}`, or nil (taking nothing) where the brace is an ordinary character.
    ///
    /// `{m,n}` with n < m is the possessive `{n,m}`.
    mutating func parseInterval() throws(TokenizerError) -> (RegexQuantifier, isPossessive: Bool)? {
        let start = position
        position += 1
        let low = try parseNumber()
        hasComma = take(",")
        let high = hasComma ? try parseNumber() : low
        guard low != nil || (hasComma && high != nil), take("}") else {
            position = start
            return nil
        }
        let minimum = low ?? 0
        if let high, high < minimum {
            return (RegexQuantifier(minimum: high, maximum: minimum, isGreedy: true), true)
        }
        return (RegexQuantifier(minimum: minimum, maximum: high, isGreedy: true), false)
    }

    private mutating func parseNumber() throws(TokenizerError) -> Int? {
        var number: Int?
        while position < scalars.count, (0x30...0x39).contains(scalars[position]) {
            number = (number ?? 0) * 10 + Int(scalars[position] - 0x30)
            position += 1
            if number! > Self.maxRepeat { throw malformed("a repeat count above \(Self.maxRepeat)") }
        }
        return number
    }

    /// Puts a quantifier on a node; quantified quantifiers become one as Oniguruma has it.
    private func quantify(_ node: RegexNode, _ outer: RegexQuantifier) throws(TokenizerError) -> RegexNode {
        if outer.minimum == 1, outer.maximum == 1 { return node }
        guard case .quantified(let body, let inner) = node else { return .quantified(node, outer) }
        switch (inner.kind, outer.kind) {
        case (let innerKind?, let outerKind?):
            return RegexQuantifier.combine(innerKind, outerKind, body, inner, outer)
        case (.star?, nil), (.plus?, nil):
            var outer = outer
            if let maximum = outer.maximum, maximum > 1, outer.isGreedy {
                outer.maximum = outer.minimum == 0 ? 1 : outer.minimum
            }
            return .quantified(node, outer)
        default:
            guard inner.minimum == inner.maximum, outer.minimum == outer.maximum else {
                return .quantified(node, outer)
            }
            let count = inner.minimum * outer.minimum
            guard count < 1 << 31 else { throw malformed("a repeat count above \(Self.maxRepeat)") }
            return .quantified(
                body, RegexQuantifier(minimum: count, maximum: count, isGreedy: outer.isGreedy))
        }
    }
}
