@testable import MartletGrammar

/// The slow twin of `GrammarMatcher`: a plain set of stacks over derivatives of terms, scalar by scalar.
struct NaiveMatcher {
    /// One way to read on: the lexeme being read and all that comes after it; nil at the end of the text.
    struct Stack: Hashable {
        var term: Term?
        var isTag = false
        var rest: [Symbol] = []
    }

    let rules: RuleTable
    private(set) var stacks: Set<Stack> = []
    private(set) var text: [UInt8] = []
    /// Bytes of a scalar that has begun.
    private var pending: [UInt8] = []

    init(_ grammar: RuleGrammar) throws(GrammarError) {
        rules = grammar.rules
        try close([.nonterminal(grammar.start)], into: &stacks)
    }

    var isComplete: Bool { pending.isEmpty && stacks.contains(Stack()) }

    /// The tokens that are allowed next.
    func mask(_ vocabulary: TokenVocabulary) throws(GrammarError) -> [Int] {
        var allowed: [Int] = []
        for token in vocabulary.tokens.indices {
            if try after(token: token, vocabulary) != nil { allowed.append(token) }
        }
        return allowed
    }

    /// The matcher after a token; nil where it is not allowed.
    func after(token: Int, _ vocabulary: TokenVocabulary) throws(GrammarError) -> NaiveMatcher? {
        if vocabulary.endOfSequence.contains(token) { return isComplete ? self : nil }
        let bytes = vocabulary.tokens[token]
        guard !bytes.isEmpty else { return nil }
        return try after(bytes: bytes, tagsOnly: vocabulary.special.contains(token))
    }

    func after(bytes: [UInt8], tagsOnly: Bool = false) throws(GrammarError) -> NaiveMatcher? {
        var next = self
        for byte in bytes {
            guard try next.advance(byte, tagsOnly: tagsOnly) else { return nil }
        }
        return next
    }

    private mutating func advance(_ byte: UInt8, tagsOnly: Bool) throws(GrammarError) -> Bool {
        if tagsOnly { stacks = stacks.filter { $0.isTag } }
        text.append(byte)
        pending.append(byte)
        if let scalar = Self.scalar(pending) {
            stacks = try after(scalar: scalar)
            pending = []
            return !stacks.isEmpty
        }
        for scalar in Self.completions(of: pending) where try !after(scalar: scalar).isEmpty { return true }
        return false
    }

    private func after(scalar: UInt32) throws(GrammarError) -> Set<Stack> {
        var next: Set<Stack> = []
        for stack in stacks {
            guard let term = stack.term else { continue }
            let derivative = try rules.terms.derivative(of: term, by: scalar)
            guard try !rules.terms.isEmpty(derivative) else { continue }
            if try goesOn(derivative) { next.insert(Stack(term: derivative, isTag: stack.isTag, rest: stack.rest)) }
            if rules.terms.isNullable(derivative) { try close(stack.rest, into: &next) }
        }
        return next
    }

    /// Whether the language has a text that is not empty.
    private func goesOn(_ term: Term) throws(GrammarError) -> Bool {
        let some = Regex.sequence([.anyScalar, .anything])
        return try !rules.terms.isEmpty(try rules.terms.intersection([term, try rules.terms.intern(some)]))
    }

    private func close(_ symbols: [Symbol], into stacks: inout Set<Stack>) throws(GrammarError) {
        guard let first = symbols.first else {
            stacks.insert(Stack())
            return
        }
        let rest = Array(symbols.dropFirst())
        switch first {
        case .lexeme(let term), .tag(let term):
            var isTag = false
            if case .tag = first { isTag = true }
            if try goesOn(term) { stacks.insert(Stack(term: term, isTag: isTag, rest: rest)) }
            if rules.terms.isNullable(term) { try close(rest, into: &stacks) }
        case .nonterminal(let nonterminal):
            for production in try rules.productions(of: nonterminal) { try close(production + rest, into: &stacks) }
        case .capture(.checkpoint): try close(rest, into: &stacks)
        case .capture(let capture):
            let nonterminal = try rules.resolve(capture, after: text[...])
            try close([.nonterminal(nonterminal)] + rest, into: &stacks)
        }
    }

    private static func scalar(_ bytes: [UInt8]) -> UInt32? {
        let text = String(validating: bytes, as: UTF8.self)?.unicodeScalars
        return text?.count == 1 ? text?.first?.value : nil
    }

    /// Scalars whose spelling begins with `bytes`: the letters of the test grammars and some that are none.
    private static func completions(of bytes: [UInt8]) -> [UInt32] {
        guard let lead = bytes.first, lead >= 0xC2, lead <= 0xF4 else { return [] }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard bytes.count < length else { return [] }
        var found: [UInt32] = []
        for letter in RandomGrammar.letters where Array(String(letter).utf8).starts(with: bytes) {
            found.append(letter.value)
        }
        for filler in [0x80, 0x81, 0x90, 0xA0, 0xBF] as [UInt8] {
            for last in [0x85, 0xBF] as [UInt8] {
                var filled = bytes
                while filled.count < length - 1 { filled.append(filler) }
                if filled.count < length { filled.append(last) }
                if let value = scalar(filled) { found.append(value) }
            }
        }
        return found
    }
}
