import Testing

@testable import MartletGrammar

/// Expressions that would take forever, or the whole stack: they work or are refused, and soon.
@Suite struct HostileTermTests {
    private let a = Regex.literal("a")

    private func star(_ part: Regex) -> Regex { .repeated(part, atLeast: 0, atMost: nil) }

    private func walk(_ regex: Regex, _ text: String) throws -> Bool {
        let arena = TermArena(budget: GrammarBudget())
        let automaton = LexemeAutomaton(terms: arena)
        var state = try automaton.start(arena.intern(regex))
        for byte in text.utf8 { state = try automaton.next(state, byte) }
        return automaton.isAccepting(state)
    }

    /// Whether it is refused as too complex rather than answered.
    private func isTooComplex(_ regex: Regex, _ text: String) throws -> Bool {
        do {
            _ = try walk(regex, text)
            return false
        } catch let error as GrammarError {
            #expect(error.reason == .tooComplex)
            return true
        }
    }

    @Test func nestedPluses() throws {
        let plus = Regex.repeated(.repeated(a, atLeast: 1, atMost: nil), atLeast: 1, atMost: nil)
        #expect(try walk(plus, String(repeating: "a", count: 2000)))
        #expect(try !walk(plus, String(repeating: "a", count: 2000) + "b"))
    }

    @Test func gapsStayFew() throws {
        let gap = Regex.sequence([.anything, .literal("x"), .repeated(.anyScalar, atLeast: 0, atMost: 50)])
        #expect(try walk(gap, String(repeating: "xy", count: 1000)))
        let exact = Regex.sequence([.anything, .literal("x"), .repeated(.anyScalar, atLeast: 50, atMost: 50)])
        _ = try isTooComplex(exact, String(repeating: "xyxxy", count: 500))
    }

    @Test func nestedCounts() throws {
        let twice = Regex.repeated(.repeated(a, atLeast: 0, atMost: 1000), atLeast: 0, atMost: 1000)
        #expect(try walk(twice, String(repeating: "a", count: 3000)))
        let optional = Regex.sequence([
            .repeated(a, atLeast: 0, atMost: 1000), .repeated(.literal("b"), atLeast: 0, atMost: 1),
        ])
        _ = try isTooComplex(.repeated(optional, atLeast: 0, atMost: 1000), String(repeating: "aab", count: 200))
    }

    @Test func hugeUnions() throws {
        let numbers = (0..<200_000).map { Regex.literal(String($0)) }
        #expect(try walk(.union(numbers), "123456"))
        let random = (0..<100_000).map { Regex.literal(String($0 &* 2_654_435_761 % 4_294_967_296, radix: 36)) }
        _ = try isTooComplex(.union(random), "x")
        let counted = (0..<600_000).map { Regex.repeated(a, atLeast: 2 * $0, atMost: 2 * $0) }
        #expect(try isTooComplex(.union(counted), "a"))
    }

    /// Runs on a thread pool whose stacks are small.
    @Test func depth() async throws {
        try await Task.detached {
            var nested = Regex.literal("a")
            for _ in 0..<2000 { nested = .repeated(.sequence([nested, .literal("b")]), atLeast: 0, atMost: 3) }
            #expect(try isTooComplex(nested, "abab"))
            var complements = Regex.literal("a")
            for _ in 0..<500 { complements = .union([.complement(complements), .literal("bc")]) }
            _ = try isTooComplex(complements, "abc")
            let long = String(repeating: "ab", count: 50_000)
            #expect(try walk(.union([.literal(long), .literal(long + "c"), .literal(long + "d")]), long + "c"))
            let optionals = (0..<5000).map { _ in Regex.repeated(.literal("a"), atLeast: 0, atMost: 1) }
            #expect(try walk(.sequence(optionals), String(repeating: "a", count: 5000)))
            let pairs = (0..<800).map { Regex.repeated(.literal($0 % 2 == 0 ? "a" : "b"), atLeast: 0, atMost: 1) }
            _ = try isTooComplex(.sequence(pairs), "abab")
        }.value
    }

    @Test func contradictionsAreFoundOut() throws {
        let arena = TermArena(budget: GrammarBudget())
        let letters = Regex.repeated(.scalars(ScalarSet("a"..."z")), atLeast: 0, atMost: 100_000)
        let both = Regex.intersection([letters, .sequence([.anything, .literal("0")])])
        #expect(try arena.isEmpty(arena.intern(both)))
        let long = Regex.intersection([
            letters, .sequence([.anything, a, .repeated(.anyScalar, atLeast: 3000, atMost: nil)]),
        ])
        #expect(try !arena.isEmpty(arena.intern(long)))
    }
}
