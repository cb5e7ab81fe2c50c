import Testing

@testable import MartletGrammar

@Suite struct GrammarCacheTests {
    private let compiler = GrammarCompiler(vocabulary: .bytes)

    private func grammar(_ choice: String, in cache: GrammarCache) throws -> CompiledGrammar {
        let specification = GrammarSpecification.choice([choice])
        return try cache.grammar(of: GrammarCacheKey(specification, GrammarOptions())) { () throws(GrammarError) in
            try compiler.compile(specification)
        }
    }

    @Test func largeGrammarsMakeRoom() throws {
        let bytes = try grammar("a", in: GrammarCache()).byteCount
        #expect(bytes > 0)
        let cache = GrammarCache(maxBytes: bytes * 5 / 2)
        for choice in ["a", "b", "c", "d", "e"] { _ = try grammar(choice, in: cache) }
        // Those that fit, and the last one, whose size was not known when room was made.
        #expect(cache.count <= 3)
        let last = try grammar("e", in: cache)
        #expect(try grammar("e", in: cache) === last)
    }

    @Test func theOneAskedForStays() throws {
        let cache = GrammarCache(maxBytes: 0)
        let first = try grammar("a", in: cache)
        #expect(try grammar("a", in: cache) === first)
        #expect(cache.count == 1)
    }
}
