import MartletJSON
import Testing

@testable import MartletGrammar

/// The fixtures again, through the matcher, byte by byte.
@Suite struct MatcherFixtureTests {
    static let compiler = GrammarCompiler(vocabulary: .bytes)

    static func accepts(_ grammar: CompiledGrammar, _ text: String) throws -> Bool {
        let matcher = GrammarMatcher(grammar)
        guard try matcher.accept(bytes: text.utf8) else { return false }
        return matcher.isComplete
    }

    static func check(_ fixture: GrammarFixture, _ specification: GrammarSpecification) throws {
        let grammar = try compiler.compile { (budget) throws(GrammarError) in
            let table = RuleTable(terms: TermArena(budget: budget))
            return try TextGrammars.rules(
                of: specification, options: GrammarOptions(), in: table,
                schemaRules: GrammarFixture.schemaRules(in: table))
        }
        for (texts, expected) in [(fixture.accepted, true), (fixture.refused, false)] {
            for text in texts {
                let isAccepted = try accepts(grammar, text)
                #expect(isAccepted == expected, "\(fixture.name): '\(text)'")
            }
        }
    }

    @Test(arguments: ["ebnf.json", "lark.json"]) func grammars(file: String) throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read(file)["grammars"]) {
            try Self.check(fixture, .grammar(fixture.grammar))
        }
    }

    @Test func structuralTags() throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read("structural_tags.json")["tags"]) {
            try Self.check(fixture, .structuralTag(fixture.tag))
        }
    }

    @Test func randomGrammars() throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read("random_ebnf.json")) {
            guard let grammar = try? Self.compiler.compile(.grammar(fixture.grammar)) else {
                #expect(fixture.accepted.isEmpty, "\(fixture.grammar)")
                continue
            }
            for text in SyntaxGrammarTests.texts(5) {
                let isAccepted = try Self.accepts(grammar, text)
                #expect(isAccepted == fixture.accepted.contains(text), "'\(text)' of \(fixture.grammar)")
            }
        }
    }
}
