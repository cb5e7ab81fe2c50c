import Foundation
import MartletJSON
import Testing

@testable import MartletGrammar

/// What `Scripts/goldens/make_grammars.py` stores: grammars with texts that the references accept and refuse.
struct GrammarFixture: CustomTestStringConvertible {
    let name: String
    let grammar: String
    let tag: JSONValue
    let accepted: [String]
    let refused: [String]

    var testDescription: String { name }

    static func read(_ file: String) throws -> JSONValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Fixtures/grammars/\(file)"))
        return try JSONReader.parse([UInt8](data))
    }

    static func list(_ json: JSONValue?) throws -> [GrammarFixture] {
        try #require(json?.arrayValue).map { row in
            func texts(_ key: String) -> [String] { row[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }
            return GrammarFixture(
                name: row["name"]?.stringValue ?? "", grammar: row["grammar"]?.stringValue ?? "",
                tag: row["tag"] ?? nil, accepted: texts("accepted"), refused: texts("refused"))
        }
    }

    /// Compares with what the rules accept.
    func check(_ rules: RuleGrammar) throws {
        for (texts, expected) in [(accepted, true), (refused, false)] {
            for text in texts {
                let isAccepted = try StackRecognizer.accepts(rules, text)
                #expect(isAccepted == expected, "\(name): '\(text)'")
            }
        }
    }

    /// The rules of the one schema that the fixtures have: an object with a string `c`.
    static func schemaRules(in table: RuleTable) -> StructuralTagRules.SchemaRules {
        { (schema, _) throws(GrammarError) in
            guard schema["required"] == ["c"] else { throw GrammarError(.unsupported, pointer: "", "another schema") }
            let space = #"[ \t\n\r]*"#
            let text = #""([^"\\\x00-\x1f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*""#
            let pattern = #"\{"# + "\(space)\"c\"\(space):\(space)\(text)\(space)" + #"\}"#
            let nonterminal = table.declare()
            let term = try table.terms.intern(try PatternParser.wholeMatch(pattern))
            table.define(nonterminal, [[.lexeme(term)]])
            return nonterminal
        }
    }
}

func newTable() -> RuleTable { RuleTable(terms: TermArena(budget: GrammarBudget())) }
