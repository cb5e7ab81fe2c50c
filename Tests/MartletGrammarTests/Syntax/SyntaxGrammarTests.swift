import Testing

@testable import MartletGrammar

@Suite struct SyntaxGrammarTests {
    /// All texts of `a` and `b` up to a length.
    static func texts(_ length: Int) -> [String] {
        var all = [""]
        var last = [""]
        for _ in 0..<length {
            last = last.flatMap { [$0 + "a", $0 + "b"] }
            all += last
        }
        return all
    }

    static func rules(_ grammar: SyntaxGrammar) throws -> RuleGrammar {
        try RuleGrammar(grammar, in: RuleTable(terms: TermArena(budget: GrammarBudget())))
    }

    @Test(arguments: 0..<200) func randomGrammarsKeepTheirLanguage(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let grammar = RandomSyntaxGrammar.make(&random)
        let texts = Self.texts(5)
        let expected = try texts.map { try SpanRecognizer.accepts(grammar, $0) }
        let rules: RuleGrammar
        do {
            rules = try Self.rules(grammar)
        } catch let error as GrammarError {
            #expect(error.reason == .unsatisfiable)
            #expect(!expected.contains(true))
            return
        }
        for (text, expected) in zip(texts, expected) {
            guard let accepted = try? StackRecognizer.accepts(rules, text) else { break }
            #expect(accepted == expected, "'\(text)' of \(grammar)")
        }
        #expect(try !hasLeftRecursion(rules))
    }
}

/// A generator of pseudorandom numbers (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Makes small grammars with all the trouble there can be: left recursion of every kind, cycles, rules that derive
/// nothing, empty alternatives, counted repetitions of recursive parts.
enum RandomSyntaxGrammar {
    static func make(_ random: inout SeededRandom) -> SyntaxGrammar {
        let count = Int.random(in: 1...4, using: &random)
        var grammar = SyntaxGrammar()
        for rule in 0..<count {
            let alternatives = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                expression(&random, count, depth: 2)
            }
            _ = grammar.add("r\(rule)", .choice(alternatives))
        }
        grammar.root = .rule(0)
        return grammar
    }

    private static func expression(_ random: inout SeededRandom, _ rules: Int, depth: Int) -> SyntaxExpression {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 6), using: &random) {
        case 0, 1: return .regular(.literal(["a", "b", "ab"].randomElement(using: &random)!))
        case 2:
            return Bool.random(using: &random) ? .empty : .regular(.repeated(.literal("a"), atLeast: 0, atMost: nil))
        case 3, 4, 5: return .rule(Int.random(in: 0..<rules, using: &random))
        case 6, 7, 8, 9:
            return .sequence(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in expression(&random, rules, depth: depth - 1) })
        case 10:
            return .choice((0..<2).map { _ in expression(&random, rules, depth: depth - 1) })
        default:
            let atLeast = Int.random(in: 0...2, using: &random)
            let atMost = Bool.random(using: &random) ? nil : atLeast + Int.random(in: 0...2, using: &random)
            return .repeated(expression(&random, rules, depth: depth - 1), atLeast: atLeast, atMost: atMost)
        }
    }
}
