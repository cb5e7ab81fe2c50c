import Testing

@testable import MartletGrammar

@Suite struct MatcherTests {
    /// A list of words of a and b in brackets that may not repeat, any depth.
    private static func words(_ budget: GrammarBudget) throws(GrammarError) -> RuleGrammar {
        let table = RuleTable(terms: TermArena(budget: budget))
        let terms = table.terms
        func text(_ text: String) throws(GrammarError) -> Symbol { .lexeme(try terms.intern(.literal(text))) }
        let string = Symbol.lexeme(try terms.intern(.jsonString(.anything)))
        let (list, rest) = (table.declare(), table.declare())
        table.define(list, [[try text("["), .nonterminal(rest)], [string]])
        table.define(rest, [[.nonterminal(list), try text(","), .nonterminal(rest)], [try text("]")]])
        return RuleGrammar(rules: table, start: list)
    }

    private static let vocabulary = TokenVocabulary(
        tokens: TokenVocabulary.bytes.tokens + [Array("\",\"".utf8), Array("],".utf8), Array("ab".utf8)],
        special: [256],
        endOfSequence: [256])

    private static func compile(maxBytes: Int = 16 << 20) throws -> CompiledGrammar {
        try CompiledGrammar(
            table: TokenTable(vocabulary), store: LexemeMaskStore(maxBytes: 1 << 20), maxBytes: maxBytes, maxGrowth: 0,
            source: Self.words)
    }

    @Test func endOfSequenceIsAllowedWhereTheTextIsComplete() throws {
        let matcher = GrammarMatcher(try Self.compile())
        #expect(try !matcher.accept(token: 256))
        #expect(try matcher.accept(bytes: "[\"a\",".utf8))
        #expect(!matcher.isComplete)
        #expect(try matcher.accept(bytes: "]".utf8))
        #expect(matcher.isComplete)
        #expect(try matcher.allowedTokens() == [256])
        #expect(try matcher.accept(token: 256))
        #expect(matcher.isTerminated)
        #expect(try matcher.allowedTokens().isEmpty)
        #expect(try !matcher.accept(token: 0x5B))
        matcher.rollback(1)
        #expect(!matcher.isTerminated && matcher.isComplete)
    }

    @Test func tokensThatDoNotExistAreRefused() throws {
        let matcher = GrammarMatcher(try Self.compile())
        #expect(try !matcher.accept(token: -1))
        #expect(try !matcher.accept(token: 1 << 40))
        #expect(try matcher.validate(tokens: [0x5B, 0x22, 9999]) == 2)
        #expect(try matcher.allowedTokens() == [0x22, 0x5B, 257])
    }

    @Test func rollbackEqualsReplay() throws {
        for seed in 0..<100 {
            var random = SeededGenerator(seed)
            let grammar = RandomGrammar(&random)
            let vocabulary = TokenVocabulary(&random)
            let compiled = try GrammarCompiler(vocabulary: vocabulary).compile { budget throws(GrammarError) in
                try grammar.ruleGrammar(budget)
            }
            let matcher = GrammarMatcher(compiled)
            var taken: [Int] = []
            for _ in 0..<12 {
                if !taken.isEmpty, random.chance(30) {
                    let count = 1 + random.below(taken.count)
                    matcher.rollback(count)
                    taken.removeLast(count)
                }
                let allowed = try matcher.allowedTokens()
                let fresh = GrammarMatcher(compiled)
                for token in taken { #expect(try fresh.accept(token: token)) }
                #expect(try fresh.allowedTokens() == allowed)
                guard !allowed.isEmpty else { continue }
                let token = random.pick(allowed)
                #expect(try matcher.accept(token: token))
                taken.append(token)
            }
        }
    }

    @Test func anyTokenisationOfAnAcceptedTextIsAccepted() throws {
        for seed in 0..<200 {
            var random = SeededGenerator(seed)
            let grammar = RandomGrammar(&random)
            let vocabulary = TokenVocabulary(&random)
            let compiled = try GrammarCompiler(vocabulary: vocabulary).compile { budget throws(GrammarError) in
                try grammar.ruleGrammar(budget)
            }
            let first = GrammarMatcher(compiled)
            var text: [UInt8] = []
            let plain = { (token: Int) in
                !vocabulary.special.contains(token) && !vocabulary.endOfSequence.contains(token)
            }
            for _ in 0..<8 {
                let allowed = try first.allowedTokens().filter(plain)
                guard !allowed.isEmpty else { break }
                let token = random.pick(allowed)
                #expect(try first.accept(token: token))
                text += vocabulary.tokens[token]
            }
            let second = GrammarMatcher(compiled)
            var position = 0
            while position < text.count {
                let fitting = vocabulary.tokens.indices.filter { token in
                    plain(token) && !vocabulary.tokens[token].isEmpty
                        && text[position...].starts(with: vocabulary.tokens[token])
                }
                guard !fitting.isEmpty else { break }
                let token = random.pick(fitting)
                #expect(try second.allowedTokens().contains(token))
                #expect(try second.accept(token: token))
                position += vocabulary.tokens[token].count
            }
            if position == text.count { #expect(second.isComplete == first.isComplete) }
        }
    }

    /// An automaton that is made afresh all the time gives the same masks.
    @Test func generationsAreNotSeen() throws {
        let small = GrammarMatcher(try Self.compile(maxBytes: 0))
        let large = GrammarMatcher(try Self.compile())
        var random = SeededGenerator(7)
        for step in 0..<60 {
            let allowed = try large.allowedTokens()
            #expect(try small.allowedTokens() == allowed)
            // Printable characters and the longer tokens.
            let inner = allowed.filter { $0 >= 0x20 && $0 < 0x7F || $0 > 256 }
            guard step % 7 != 6, !inner.isEmpty else {
                small.rollback(1)
                large.rollback(1)
                continue
            }
            let token = random.pick(inner)
            #expect(try small.accept(token: token))
            #expect(try large.accept(token: token))
        }
        #expect(small.grammar.statistics.restarts > 60)
    }

    @Test func grammarsShareTheMasksOfLexemes() throws {
        let compiler = GrammarCompiler(vocabulary: Self.vocabulary)
        for _ in 0..<2 {
            let matcher = GrammarMatcher(try compiler.compile(Self.words))
            #expect(try matcher.accept(bytes: "[\"a".utf8))
            #expect(try matcher.allowedTokens().count > 90)
            #expect(compiler.store.count == 1)
        }
    }

    @Test func matchersOfOneGrammarRunSideBySide() async throws {
        let grammar = try Self.compile()
        await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let matcher = GrammarMatcher(grammar)
                    var counts: [Int] = []
                    for _ in 0..<200 {
                        guard (try? matcher.accept(bytes: "[\"ab\",\"c\",".utf8)) == true else { return [] }
                        counts.append((try? matcher.allowedTokens().count) ?? -1)
                    }
                    return counts
                }
            }
            for await counts in group { #expect(counts == [4] + Array(repeating: 5, count: 199)) }
        }
    }

    @Test func forcedBytesEndWhereThereIsAChoice() throws {
        let compiler = GrammarCompiler(vocabulary: Self.vocabulary)
        let grammar = try compiler.compile { budget throws(GrammarError) in
            let table = RuleTable(terms: TermArena(budget: budget))
            let start = table.declare()
            let choice = Regex.union([.literal("answer: yes"), .literal("answer: no"), .literal("answer: n")])
            table.define(start, [[.lexeme(try table.terms.intern(choice))]])
            return RuleGrammar(rules: table, start: start)
        }
        let matcher = GrammarMatcher(grammar)
        #expect(try matcher.forcedBytes() == Array("answer: ".utf8))
        #expect(try matcher.accept(bytes: "answer: n".utf8))
        #expect(try matcher.forcedBytes().isEmpty)
    }

    @Test func leftRecursionIsRefused() throws {
        let compiler = GrammarCompiler(vocabulary: .bytes)
        #expect(throws: GrammarError.self) {
            try compiler.compile { budget throws(GrammarError) in
                let table = RuleTable(terms: TermArena(budget: budget))
                let start = table.declare()
                let letter = Symbol.lexeme(try table.terms.intern(.literal("a")))
                table.define(start, [[.nonterminal(start), letter], [letter]])
                return RuleGrammar(rules: table, start: start)
            }
        }
    }

    /// The stacks of a right recursive list do not grow with it.
    @Test func rightRecursionTakesConstantMemory() throws {
        let grammar = try Self.compile()
        let matcher = GrammarMatcher(grammar)
        #expect(try matcher.accept(bytes: "[\"a\",".utf8))
        let before = grammar.statistics.states
        for _ in 0..<1000 { #expect(try matcher.accept(bytes: "\"a\",".utf8)) }
        #expect(grammar.statistics.states <= before + 4)
    }
}
