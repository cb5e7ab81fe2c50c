import MartletJSON
import Testing

@testable import MartletGrammar

@Suite struct StructuralTagTests {
    static func rules(_ json: JSONValue) throws -> RuleGrammar {
        let table = newTable()
        let budget = table.terms.budget
        let tag = try StructuralTagReader.read(json, budget: budget)
        return try StructuralTagRules.rules(
            of: tag, options: GrammarOptions(), in: table, schemaRules: GrammarFixture.schemaRules(in: table))
    }

    @Test func tagsAcceptWhatXgrammarAccepts() throws {
        for fixture in try GrammarFixture.list(try GrammarFixture.read("structural_tags.json")["tags"]) {
            try fixture.check(try Self.rules(fixture.tag))
        }
    }

    @Test func whatXgrammarRefusesIsRefusedWithItsPlace() throws {
        for tag in try #require(try GrammarFixture.read("structural_tags.json")["errors"]?.arrayValue) {
            let error = #expect(throws: GrammarError.self, "\(tag)") { try Self.rules(tag) }
            #expect(error?.pointer != nil)
        }
    }
}
