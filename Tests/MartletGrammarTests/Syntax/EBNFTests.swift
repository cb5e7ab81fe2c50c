import MartletJSON
import Testing

@testable import MartletGrammar

@Suite struct EBNFTests {
    static func rules(_ text: String) throws -> RuleGrammar {
        let table = newTable()
        return try RuleGrammar(try EBNFParser.parse(text, budget: table.terms.budget), in: table)
    }

    @Test func grammarsAcceptWhatXgrammarAccepts() throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read("ebnf.json")["grammars"]) {
            try fixture.check(try Self.rules(fixture.grammar))
        }
    }

    @Test func randomGrammarsAcceptWhatXgrammarAccepts() throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read("random_ebnf.json")) {
            guard let rules = try? Self.rules(fixture.grammar) else {
                #expect(fixture.accepted.isEmpty, "\(fixture.grammar)")
                continue
            }
            for text in SyntaxGrammarTests.texts(5) {
                guard let isAccepted = try? StackRecognizer.accepts(rules, text) else { break }
                #expect(isAccepted == fixture.accepted.contains(text), "'\(text)' of \(fixture.grammar)")
            }
        }
    }

    @Test func whatXgrammarRefusesIsRefused() throws {
        for grammar in try #require(try GrammarFixture.read("ebnf.json")["errors"]?.arrayValue).compactMap(
            \.stringValue)
        {
            #expect(throws: GrammarError.self, "\(grammar)") { try Self.rules(grammar) }
        }
    }
}
