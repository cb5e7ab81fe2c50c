import Testing

@testable import MartletGrammar

@Suite struct MaskTests {
    /// Walks random texts and compares every mask with the naive matcher's.
    @Test(arguments: 0..<8) func masksEqualBruteForce(batch: Int) throws {
        for seed in batch * 25..<batch * 25 + 25 {
            var random = SeededGenerator(seed)
            let grammar = RandomGrammar(&random)
            let vocabulary = TokenVocabulary(&random)
            let compiled: CompiledGrammar
            var naive: NaiveMatcher
            do throws(GrammarError) {
                compiled = try GrammarCompiler(vocabulary: vocabulary).compile { budget throws(GrammarError) in
                    try grammar.ruleGrammar(budget)
                }
                naive = try NaiveMatcher(grammar.ruleGrammar(GrammarBudget()))
            } catch {
                Issue.record("seed \(seed): \(error)")
                continue
            }
            let matcher = GrammarMatcher(compiled)
            for step in 0..<8 {
                let allowed: [Int]
                do { allowed = try matcher.allowedTokens() } catch {
                    Issue.record("seed \(seed), step \(step): \(error) \(grammar)")
                    break
                }
                let expected = try naive.mask(vocabulary)
                guard allowed == expected, matcher.isComplete == naive.isComplete else {
                    Issue.record("seed \(seed), step \(step): \(allowed) is not \(expected)")
                    break
                }
                let refused = random.below(vocabulary.tokens.count)
                if !allowed.contains(refused) { #expect(try !matcher.accept(token: refused)) }
                let inner = allowed.filter { !vocabulary.endOfSequence.contains($0) }
                guard !inner.isEmpty else { break }
                let token = random.pick(inner)
                guard let next = try naive.after(token: token, vocabulary) else { break }
                naive = next
                guard try matcher.accept(token: token) else {
                    Issue.record("seed \(seed), step \(step): token \(token) is not accepted")
                    break
                }
            }
        }
    }
}

extension GrammarMatcher {
    /// The tokens whose bits are set in the mask.
    func allowedTokens() throws -> [Int] {
        var mask = TokenBitmask(count: grammar.table.count)
        try mask.words.withUnsafeMutableBufferPointer { try fillBitmask($0) }
        return (0..<mask.count).filter { mask[$0] }
    }
}
