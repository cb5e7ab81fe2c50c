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

    @Test("64 levels of schemas are taken, more refused with their place", arguments: ["properties", "items", "mixed"])
    func nesting(kind: String) throws {
        func nested(_ levels: Int) -> JSONValue {
            var schema: JSONValue = ["type": "integer"]
            for level in 0..<levels {
                if kind == "items" || kind == "mixed" && level % 3 == 1 {
                    schema = ["items": schema]
                } else if kind == "mixed", level % 3 == 2 {
                    schema = ["anyOf": [schema, ["type": "null"]]]
                } else {
                    schema = ["properties": ["a": schema], "required": ["a"]]
                }
            }
            return schema
        }
        #expect(try accepts(["1", "[]", "null"], nested(64)) != nil)
        let error = #expect(throws: GrammarError.self) { try accepts([], nested(65)) }
        #expect(error?.reason == .tooComplex)
        #expect(error?.pointer?.isEmpty == false)
    }

    @Test("Alternatives that differ in one property do not multiply out")
    func oneShape() throws {
        let branches = (0..<40).map { index -> JSONValue in
            var properties = JSONObject()
            properties["p\(index)"] = ["type": "integer"]
            return ["properties": .object(properties), "required": [.string("p\(index)")]]
        }
        let texts = [#"{"p3":1}"#, #"{"p3":1,"p4":2}"#, #"{"p3":1,"p4":"x"}"#, "{}"]
        let accepted = try accepts(texts, ["type": "object", "oneOf": .array(branches)])
        #expect(accepted == [true, false, true, false])
    }

    @Test("Lists of words, what they leave out and languages are told apart")
    func words() throws {
        let words = (0..<2000).map { JSONValue.string("word \($0)") }
        let texts = [#""word 7""#, #""word 1999""#, #""word 2000""#, #""other""#]
        #expect(try accepts(texts, ["enum": .array(words)]) == [true, true, false, false])
        let others: JSONValue = ["type": "string", "not": ["enum": .array(words)]]
        #expect(try accepts(texts, others) == [false, false, true, true])
        let short: JSONValue = ["enum": .array(words), "maxLength": 6]
        #expect(try accepts(texts, short) == [true, false, false, false])
        let rest: JSONValue = ["type": "string", "pattern": "^word", "not": ["enum": .array(words)]]
        #expect(try accepts(texts, rest) == [false, false, true, false])
        let either: JSONValue = ["oneOf": [others, ["enum": ["word 7", "other"]]]]
        #expect(try accepts(texts, either) == [true, false, true, false])
    }

    @Test("What cannot be enforced deep inside is an error of the compilation")
    func deepErrors() {
        let items: JSONValue = ["not": ["uniqueItems": true], "contains": ["type": "null"]]
        var schema: JSONValue = ["type": "array", "items": items]
        for _ in 0..<8 { schema = ["properties": ["a": schema]] }
        let error = #expect(throws: GrammarError.self) { try compiler.compile(.jsonSchema(schema)) }
        #expect(error?.reason == .unsupported)
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
