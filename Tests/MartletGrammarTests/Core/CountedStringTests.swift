import MartletJSON
import Testing

@testable import MartletGrammar

/// Strings with bounds on their length share masks; the naive matcher knows nothing of that.
@Suite struct CountedStringTests {
    private static let pieces = [
        "a", "b", "ab", "é", "😀", "\\", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud8", "\"", "\",", "\"]", " ", "zz",
    ]

    /// Bytes, and pieces of strings and of what comes after them.
    private static func vocabulary(_ random: inout SeededGenerator) -> TokenVocabulary {
        var tokens = TokenVocabulary.bytes.tokens
        for _ in 0..<150 {
            var bytes: [UInt8] = []
            for _ in 0...random.below(6) { bytes += Array(random.pick(pieces).utf8) }
            if random.chance(20) { bytes.removeLast(random.below(bytes.count)) }
            if random.chance(20) { bytes.removeFirst(random.below(bytes.count)) }
            tokens.append(Array(bytes.prefix(14)))
        }
        return TokenVocabulary(tokens: tokens, special: [256], endOfSequence: [256])
    }

    private static func expectExactMasks(_ content: Regex, seed: Int) throws {
        @Sendable func rules(_ budget: GrammarBudget) throws(GrammarError) -> RuleGrammar {
            let table = RuleTable(terms: TermArena(budget: budget))
            let terms = table.terms
            let list = table.declare()
            let string = Symbol.lexeme(try terms.intern(.jsonString(content)))
            let comma = Symbol.lexeme(try terms.intern(.literal(",")))
            table.define(
                list,
                [
                    [string, comma, .nonterminal(list)], [string, .lexeme(try terms.intern(.literal("]")))],
                ])
            return RuleGrammar(rules: table, start: list)
        }
        var random = SeededGenerator(seed)
        let vocabulary = vocabulary(&random)
        let matcher = GrammarMatcher(try GrammarCompiler(vocabulary: vocabulary).compile(rules))
        var naive = try NaiveMatcher(rules(GrammarBudget()))
        for step in 0..<14 {
            let allowed = try matcher.allowedTokens()
            let expected = try naive.mask(vocabulary)
            #expect(allowed == expected, "seed \(seed), step \(step) of \(content)")
            let inner = allowed.filter { $0 != 256 }
            // Mostly single bytes, so that many counts are met.
            let bytes = inner.filter { $0 == 0x22 && step == 0 || $0 == 0x61 || $0 == 0x7A || $0 == 0xC3 || $0 == 0xA9 }
            guard !inner.isEmpty else { return }
            let token = bytes.isEmpty || random.chance(30) ? random.pick(inner) : random.pick(bytes)
            #expect(try matcher.accept(token: token))
            guard let next = try naive.after(token: token, vocabulary) else { return }
            naive = next
        }
    }

    @Test(arguments: [0, 1, 2, 5, 12], [1, 2, 3, 6, 13, 20, nil])
    func anyContent(_ atLeast: Int, _ atMost: Int?) throws {
        guard atLeast <= atMost ?? atLeast else { return }
        for set in [ScalarSet.all, ScalarSet([0x30...0x7A, 0xE0...0xFF])] {
            let content = Regex.repeated(.scalars(set), atLeast: atLeast, atMost: atMost)
            try Self.expectExactMasks(content, seed: atLeast * 31 + (atMost ?? 0))
        }
    }

    @Test(arguments: 10...20) func patternsWithBounds(_ atMost: Int) throws {
        let any = Regex.repeated(.scalars(.all), atLeast: 0, atMost: nil)
        for (index, pattern) in [
            Regex.sequence([any, .literal("a"), any]), .sequence([any, .literal("zza")]),
            .sequence([.repeated(.scalars(ScalarSet("a"..."é")), atLeast: 0, atMost: nil)]),
        ].enumerated() {
            try Self.expectExactMasks(
                .intersection([pattern, .repeated(.scalars(.all), atLeast: 0, atMost: atMost)]),
                seed: atMost * 7 + index)
        }
    }

    /// Every length that differs for some token has its own mask, and no other.
    @Test func longBoundsShareMasks() throws {
        var random = SeededGenerator(1)
        let compiler = GrammarCompiler(vocabulary: Self.vocabulary(&random))
        for atMost in [100, 101, 250, 4096] {
            let grammar = try compiler.compile(.jsonSchema(["type": "string", "maxLength": .integer(Int64(atMost))]))
            let matcher = GrammarMatcher(grammar)
            #expect(try matcher.accept(bytes: "\"abc".utf8))
            _ = try matcher.allowedTokens()
        }
        #expect(compiler.store.count == 1)
    }
}
