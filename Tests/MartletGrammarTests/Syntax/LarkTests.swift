import MartletJSON
import Testing

@testable import MartletGrammar

@Suite struct LarkTests {
    static func rules(_ text: String) throws -> RuleGrammar {
        let table = newTable()
        let schemaRules = GrammarFixture.schemaRules(in: table)
        let grammar = try LarkGrammar.parse(text, budget: table.terms.budget) { (schema) throws(GrammarError) in
            .nonterminal(try schemaRules(schema, GrammarOptions()))
        }
        return try RuleGrammar(grammar, in: table)
    }

    @Test func grammarsAcceptWhatLlguidanceAccepts() throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read("lark.json")["grammars"]) {
            try fixture.check(try Self.rules(fixture.grammar))
        }
    }

    @Test func whatLlguidanceRefusesIsRefused() throws {
        for grammar in try #require(try GrammarFixture.read("lark.json")["errors"]?.arrayValue).compactMap(
            \.stringValue)
        {
            #expect(throws: GrammarError.self, "\(grammar)") { try Self.rules(grammar) }
        }
    }
}
