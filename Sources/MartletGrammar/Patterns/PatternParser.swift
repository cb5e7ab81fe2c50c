/// Reads regular expressions: ECMA-262 with the `u` flag, as JSON Schema recommends, and beyond it what schemas and
/// requests written for Python, Rust or PCRE use where its meaning is the same or has none in ECMA-262.
///
/// What is not regular (backreferences, recursion) or depends on how a matcher searches (atomic groups) is refused.
struct PatternParser {
    /// Flags that groups may set.
    struct Flags {
        var ignoresCase = false
        /// `^` and `$` match at lines.
        var isMultiline = false
        /// `.` matches line terminators.
        var dotMatchesAll = false
        /// White space and comments mean nothing.
        var isExtended = false
    }

    /// Longest pattern, in scalars.
    static let maxLength = 1 << 16
    /// Largest bound of a repetition.
    static let maxCount = 1 << 24

    let scalars: [Unicode.Scalar]
    let maxNesting: Int
    var position = 0
    var flags = Flags()
    var nesting = 0
    var properties = UnicodeProperties()
    var folded: [ScalarSet: ScalarSet] = [:]
    var groups = PatternGroups()

    /// All texts in which the pattern is found somewhere: JSON Schema's `pattern`.
    static func search(_ pattern: String, limits: GrammarLimits = GrammarLimits()) throws(GrammarError) -> Regex {
        try PatternLowering.search(parse(pattern, limits: limits))
    }

    /// All texts that the pattern matches from beginning to end: a request's `regex`, which has no NUL character.
    static func wholeMatch(_ pattern: String, limits: GrammarLimits = GrammarLimits()) throws(GrammarError) -> Regex {
        if let null = pattern.unicodeScalars.firstIndex(of: "\0") {
            let offset = pattern.unicodeScalars.distance(from: pattern.startIndex, to: null)
            throw GrammarError(.invalid, "regular expression: a NUL character at offset \(offset); write \\0 instead")
        }
        return try PatternLowering.wholeMatch(parse(pattern, limits: limits))
    }

    static func parse(_ pattern: String, limits: GrammarLimits = GrammarLimits()) throws(GrammarError) -> PatternNode {
        guard pattern.utf8.count <= min(limits.maxSourceBytes, maxLength * 4), pattern.unicodeScalars.count <= maxLength
        else { throw GrammarError(.tooComplex, "the regular expression is longer than \(maxLength) characters") }
        var parser = PatternParser(scalars: Array(pattern.unicodeScalars), maxNesting: limits.maxNesting)
        let node = try parser.whole()
        guard let choices = parser.groups.choices else {
            throw parser.unsupported("a backreference to a group with many texts", at: 0)
        }
        if choices == [[:]] { return node }
        var alternatives: [PatternNode] = []
        for texts in choices {
            parser.position = 0
            parser.groups = PatternGroups()
            parser.groups.texts = texts
            alternatives.append(try parser.whole())
        }
        return .union(alternatives)
    }

    private mutating func whole() throws(GrammarError) -> PatternNode {
        flags = Flags()
        let node = try alternation()
        if !isAtEnd { throw invalid("')' without '('") }
        return node
    }

    private init(scalars: [Unicode.Scalar], maxNesting: Int) {
        self.scalars = scalars
        self.maxNesting = maxNesting
    }

    // MARK: - Alternatives and sequences

    /// Alternatives up to the end of the group. Flags that are set inside end with it.
    mutating func alternation() throws(GrammarError) -> PatternNode {
        let outer = flags
        defer { flags = outer }
        let before = groups.definite
        var alternatives = [try sequence()]
        while take("|") {
            let first = groups.definite
            groups.definite = before
            alternatives.append(try sequence())
            groups.definite.formIntersection(first)
        }
        return alternatives.count == 1 ? alternatives[0] : .union(alternatives)
    }

    private mutating func sequence() throws(GrammarError) -> PatternNode {
        var parts: [PatternNode] = []
        while let next = peek(), next != "|", next != ")" {
            if flags.isExtended, skipExtendedSpace() { continue }
            let start = position
            let before = groups.definite
            guard let atom = try self.atom() else { continue }
            if flags.isExtended { while skipExtendedSpace() {} }
            let node = try quantified(atom, from: start)
            // What is repeated, or only looked at, has not matched exactly once.
            if case .repeated = node { groups.definite = before }
            if atom.isZeroWidth { groups.definite = before }
            parts.append(node)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// Steps over one white space or comment of an extended pattern.
    private mutating func skipExtendedSpace() -> Bool {
        guard let next = peek() else { return false }
        if take("#") {
            while let other = peek(), other != "\n" { position += other == "\n" ? 0 : 1 }
            return true
        }
        guard PatternSets.space.contains(next.value) else { return false }
        position += 1
        return true
    }

    // MARK: - Scanning

    var isAtEnd: Bool { position == scalars.count }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars
        guard position + wanted.count <= scalars.count,
            zip(wanted, scalars[position...]).allSatisfy({ $0 == $1 })
        else { return false }
        position += wanted.count
        return true
    }

    /// The text up to `terminator`, which is stepped over.
    mutating func text(upTo terminator: Unicode.Scalar) -> String? {
        guard let end = scalars[position...].firstIndex(of: terminator) else { return nil }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[position..<end])
        position = end + 1
        return String(text)
    }

    func invalid(_ message: String, at offset: Int? = nil) -> GrammarError {
        GrammarError(.invalid, "regular expression: \(message) at offset \(offset ?? position)")
    }

    func unsupported(_ construct: String, at offset: Int) -> GrammarError {
        GrammarError(
            .unsupported, "regular expression: \(construct) at offset \(offset) cannot be enforced exactly")
    }
}
