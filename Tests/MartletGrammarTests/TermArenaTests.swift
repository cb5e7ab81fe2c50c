import Testing

@testable import MartletGrammar

@Suite struct TermArenaTests {
    private func arena() -> TermArena { TermArena(budget: GrammarBudget()) }

    private func word(_ set: String, _ atLeast: Int, _ atMost: Int?) -> Regex {
        .repeated(.scalars(ScalarSet(anyOf: set)), atLeast: atLeast, atMost: atMost)
    }

    @Test func countsAreSymbolic() throws {
        let arena = arena()
        let term = try arena.intern(.repeated(.anyScalar, atLeast: 5, atMost: 100_000))
        #expect(try arena.contains(term, "hello"))
        #expect(try !arena.contains(term, "hell"))
        #expect(try arena.example(of: term) == "aaaaa")
    }

    @Test func jsonStringsDecode() throws {
        let arena = arena()
        let term = try arena.intern(.jsonString(.literal("é\n\u{1F600}")))
        for text in [#""é\n😀""#, #""\u00e9\n\ud83d\uDE00""#, #""\u00E9\u000a😀""#] {
            #expect(try arena.contains(term, text))
        }
        for text in [#""é\n\ud83d""#, #""é\n😀"#, #""e\n😀""#, "\"é\n😀\""] {
            #expect(try !arena.contains(term, text))
        }
        #expect(try arena.texts(of: term, atMost: 3) == nil)
        #expect(arena.isPrefixFree(term))
    }

    @Test func emptinessIsExact() throws {
        let arena = arena()
        let both = try arena.intern(
            .intersection([word("ab", 1, nil), .complement(word("ab", 0, 9)), word("bc", 0, 9)]))
        #expect(try arena.isEmpty(both))
        let some = try arena.intern(
            .intersection([word("ab", 1, nil), .complement(word("ab", 0, 9)), word("bc", 0, 10)]))
        #expect(try arena.texts(of: some, atMost: 5) == ["bbbbbbbbbb"])
    }

    @Test func multiplesByDigits() throws {
        let arena = arena()
        let term = try arena.intern(.digits(prefix: 0, modulus: 7))
        for number in 0..<500 { #expect(try arena.contains(term, String(number)) == (number % 7 == 0)) }
    }

    @Test func unionsOfTexts() throws {
        let arena = arena()
        let texts = ["b", "", "abc", "abd", "a", "abc", "é", "b", "xbc"]
        let term = try arena.intern(.union(texts.map { .literal($0) } + [.literal("zz"), word("q", 2, 3)]))
        let all = Set(texts + ["zz", "qq", "qqq"])
        #expect(try arena.texts(of: term, atMost: 100).map(Set.init) == all)
        #expect(try arena.texts(of: term, atMost: all.count - 1) == nil)
        #expect(try arena.cardinality(of: term, atMost: 100) == all.count)
    }
}
