@testable import MartletEngine
@testable import MartletGrammar

/// Grammars over a vocabulary of 48 tokens: single letters, some pairs of them, marks of reasoning and two ends.
enum TestGrammar {
    static let eos: [Int32] = [5, 6]
    static let think: Int32 = 0
    static let endThink: Int32 = 1
    static let call: Int32 = 2

    static let vocabulary: TokenVocabulary = {
        var tokens: [[UInt8]] = [Array("<think>".utf8), Array("</think>".utf8), Array("<call>".utf8), [], [], [], []]
        for letter in "abcdefghijklmnopqrstuvwxyz()" { tokens.append(Array(String(letter).utf8)) }
        for pair in ["ab", "ba", "()", "((", "))", "a(", "cab", "dd", "ca", "</"] { tokens.append(Array(pair.utf8)) }
        return TokenVocabulary(
            tokens: tokens + Array(repeating: [], count: EngineHarness.vocabSize - tokens.count),
            special: [0, 1, 2, 5, 6],
            endOfSequence: [5, 6])
    }()

    static func id(_ text: String) -> Int32 { Int32(vocabulary.tokens.firstIndex(of: Array(text.utf8)) ?? -1) }

    static func text(_ ids: [Int32]) -> String {
        String(decoding: ids.flatMap { vocabulary.tokens[Int($0)] }, as: UTF8.self)
    }

    /// One of these texts.
    static func choice(_ texts: [String]) throws -> GrammarConstraint {
        try constraint { (table) throws(GrammarError) in
            var productions: [[Symbol]] = []
            for text in texts { productions.append([.lexeme(try table.terms.intern(.literal(text)))]) }
            return productions
        }
    }

    /// Balanced parentheses around letters: `S = letter+ | "(" S ")" S`.
    static func balanced() throws -> GrammarConstraint {
        let grammar = try GrammarCompiler(vocabulary: vocabulary).compile { (budget) throws(GrammarError) in
            let table = RuleTable(terms: TermArena(budget: budget))
            let open = Symbol.lexeme(try table.terms.intern(.literal("(")))
            let close = Symbol.lexeme(try table.terms.intern(.literal(")")))
            let letters = Regex.scalars(ScalarSet([97...122]))
            let word = Symbol.lexeme(try table.terms.intern(.repeated(letters, atLeast: 1, atMost: 3)))
            let start = table.declare()
            table.define(start, [[word], [open, .nonterminal(start), close], [word, .nonterminal(start)]])
            return RuleGrammar(rules: table, start: start)
        }
        return GrammarConstraint(grammar: grammar)
    }

    /// A mark, then a text.
    static func tagged(_ mark: String, _ text: String) throws -> GrammarConstraint {
        try constraint { (table) throws(GrammarError) in
            [[.tag(try table.terms.intern(.literal(mark))), .lexeme(try table.terms.intern(.literal(text)))]]
        }
    }

    /// A grammar that breaks after its first letter.
    static func failing() throws -> GrammarConstraint {
        try constraint { (table) throws(GrammarError) in
            let letter = Symbol.lexeme(try table.terms.intern(.literal("a")))
            let rest = table.capture { (_) throws(GrammarError) in throw GrammarError(.tooComplex, "too much") }
            return [[letter, rest]]
        }
    }

    private static func constraint(
        _ productions: @escaping @Sendable (RuleTable) throws(GrammarError) -> [[Symbol]]
    ) throws -> GrammarConstraint {
        let grammar = try GrammarCompiler(vocabulary: vocabulary).compile { (budget) throws(GrammarError) in
            let table = RuleTable(terms: TermArena(budget: budget))
            let start = table.declare()
            table.define(start, try productions(table))
            return RuleGrammar(rules: table, start: start)
        }
        return GrammarConstraint(grammar: grammar)
    }

    static func reasoning(isOpen: Bool) -> ReasoningPhase {
        ReasoningPhase(
            isOpen: isOpen, openingTokenIDs: isOpen ? [] : [think], ends: [Array("</think>".utf8)],
            breaks: [Array("<call>".utf8)], breakTokenIDs: [call], eosTokenIDs: eos
        ) { vocabulary.tokens[Int($0)] }
    }
}
