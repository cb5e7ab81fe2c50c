import MartletJSON
import Testing

@testable import MartletGrammar

@Suite("JSON Schema documents as formulas")
struct JSONSchemaDocumentTests {
    @Test("What formulas say of instances is what Python's jsonschema says")
    func instances() throws {
        let fixtures = try JSONSchemaFixtures()
        let values = try fixtures.texts.map { try JSONReader.parse($0) }
        for item in fixtures.cases {
            let judged = try values.map { try Self.isValid($0, item.schema) }
            for (index, (judged, valid)) in zip(judged, item.valid).enumerated() where judged != valid {
                Issue.record("\(JSONWriter.string(item.schema)) says \(judged) of \(fixtures.texts[index])")
            }
        }
    }

    static func isValid(_ value: JSONValue, _ schema: JSONValue, _ options: GrammarOptions = .init()) throws -> Bool {
        let table = JSONSchemaTable(try JSONSchemaDocument(schema, budget: GrammarBudget()), options: options)
        let root = table.root()
        try table.prepare(root)
        return try SchemaValidator(table: table).isValid(value, root)
    }

    static func isValid(_ value: String, _ schema: String, _ options: GrammarOptions = .init()) throws -> Bool {
        try isValid(JSONReader.parse(value), JSONReader.parse(schema), options)
    }

    static func error(of schema: String, _ options: GrammarOptions = .init()) -> GrammarError? {
        do {
            _ = try isValid("null", schema, options)
            return nil
        } catch {
            return error as? GrammarError
        }
    }

    @Test(
        "A value that a keyword cannot have is an error with its place",
        arguments: [
            (#"{"minimum":"5"}"#, "", "minimum"),
            (#"{"properties":{"a":{"required":"a"}}}"#, "/properties/a", "required"),
            (#"{"type":"text"}"#, "", "type"), (#"{"type":[1]}"#, "", "type"), (#"{"type":{}}"#, "", "type"),
            (#"{"items":[{"minLength":-1}]}"#, "/items/0", "minLength"), (#"{"maxItems":1.5}"#, "", "maxItems"),
            (##"{"$defs":{"a/b":{"enum":1}},"$ref":"#/$defs/a~1b"}"##, "/$defs/a~1b", "enum"),
            (#"{"pattern":"("}"#, "", "pattern"), (#"{"patternProperties":{"[":{}}}"#, "", "patternProperties"),
            (#"{"multipleOf":0}"#, "", "multipleOf"), (#"{"multipleOf":-1}"#, "", "multipleOf"),
            (#"{"uniqueItems":1}"#, "", "uniqueItems"), (#"{"allOf":[]}"#, "", "allOf"),
            (#"{"anyOf":{}}"#, "", "anyOf"),
            (#"{"not":{"oneOf":[]}}"#, "/not", "oneOf"), (#"{"required":["a",1]}"#, "", "required"),
            (#"{"properties":[]}"#, "", "properties"), (#"{"format":1}"#, "", "format"),
            (#"{"dependentRequired":{"a":"b"}}"#, "", "dependentRequired"), (#"{"$ref":1}"#, "", "$ref"),
            (##"{"$ref":"#/$defs/x"}"##, "", "$ref"), (##"{"$ref":"#%zz"}"##, "", "$ref"), (##"{"$id":1}"##, "", "$id"),
            (#"{"prefixItems":{}}"#, "", "prefixItems"), (#"{"exclusiveMinimum":"1"}"#, "", "exclusiveMinimum"),
        ])
    func invalid(_ schema: String, _ pointer: String, _ keyword: String) throws {
        let error = try #require(Self.error(of: schema))
        #expect(error.reason == .invalid)
        #expect(error.pointer == pointer)
        #expect(error.keyword == keyword)
    }

    @Test("What is no schema is an error with its place")
    func noSchema() {
        #expect(Self.error(of: #"{"properties":{"a":1}}"#)?.pointer == "/properties/a")
        #expect(Self.error(of: #"{"items":"string"}"#)?.pointer == "/items")
        #expect(Self.error(of: "1")?.pointer == "")
    }

    @Test(
        "References out of the schema and without end are refused",
        arguments: [
            (#"{"$ref":"http://example.com/x"}"#, "", "$ref"),
            (#"{"items":{"$ref":"other.json#/a"}}"#, "/items", "$ref"),
            (##"{"$ref":"#"}"##, "", "$ref"), (##"{"anyOf":[{"type":"string"},{"$ref":"#"}]}"##, "/anyOf/1", "$ref"),
            (
                ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}},"items":{"$ref":"#/$defs/a"}}"##,
                "/$defs/b/allOf/0", "$ref"
            ),
            (
                ##"{"$ref":"#/$defs/a","unevaluatedProperties":false,"$defs":{"a":{"$ref":"#/$defs/a"}}}"##, "/$defs/a",
                "$ref"
            ),
        ])
    func refused(_ schema: String, _ pointer: String, _ keyword: String) throws {
        let error = try #require(Self.error(of: schema))
        #expect(error.reason == .unsupported)
        #expect(error.pointer == pointer)
        #expect(error.keyword == keyword)
    }

    @Test("Keywords that may be ignored are, and are listed")
    func ignorable() throws {
        var options = GrammarOptions()
        options.ignorableKeywords = ["$ref"]
        let schema = try JSONReader.parse(
            #"{"type":"object","properties":{"a":{"$ref":"http://example.com/x","type":"null"}}}"#)
        let table = JSONSchemaTable(try JSONSchemaDocument(schema, budget: GrammarBudget()), options: options)
        try table.prepare(table.root())
        #expect(table.ignored == [IgnoredKeyword(pointer: "/properties/a", keyword: "$ref")])
        #expect(try Self.isValid(#"{"a":null}"#, JSONWriter.string(schema), options))
        #expect(try !Self.isValid(#"{"a":1}"#, JSONWriter.string(schema), options))
    }

    @Test("Closed objects by option: those that declare properties and do not say what else there is")
    func closed() throws {
        var options = GrammarOptions()
        options.disableAdditionalProperties = true
        #expect(try !Self.isValid(#"{"b":1}"#, #"{"properties":{"a":{}}}"#, options))
        #expect(try Self.isValid(#"{"a":1}"#, #"{"properties":{"a":{}}}"#, options))
        #expect(try Self.isValid(#"{"b":1}"#, #"{"type":"object"}"#, options))
        #expect(try Self.isValid(#"{"b":1}"#, #"{"properties":{"a":{}},"additionalProperties":true}"#, options))
        #expect(try !Self.isValid(#"{"b":{"c":1}}"#, #"{"properties":{"b":{"patternProperties":{"^a":{}}}}}"#, options))
    }

    @Test("Spellings of older drafts and of OpenAPI, where no draft is named")
    func unstated() throws {
        #expect(try Self.isValid("null", #"{"type":"string","nullable":true}"#))
        #expect(try !Self.isValid("null", #"{"type":"string","nullable":false}"#))
        #expect(
            try !Self.isValid(
                "null", #"{"$schema":"http://json-schema.org/draft-07/schema#","type":"string","nullable":true}"#))
        #expect(try !Self.isValid("1", #"{"minimum":1,"exclusiveMinimum":true}"#))
        #expect(try !Self.isValid("[1,2]", #"{"items":[{}],"additionalItems":false}"#))
        #expect(try !Self.isValid(#"{"a":1}"#, #"{"dependencies":{"a":["b"]}}"#))
        #expect(try !Self.isValid("{}", #"{"properties":{"a":{"type":"string","required":true}}}"#))
        #expect(try !Self.isValid("1", ##"{"definitions":{"a":{"id":"#a","type":"string"}},"$ref":"#a"}"##))
        #expect(
            try !Self.isValid("1", ##"{"definitions":{"a":{"type":"integer"}},"$ref":"#/definitions/a","minimum":2}"##))
    }

    @Test("Too deep and too large schemas are refused before anything is made of them")
    func limits() throws {
        let deep = String(repeating: #"{"not":"#, count: 65) + "{}" + String(repeating: "}", count: 65)
        #expect(Self.error(of: deep)?.reason == .tooComplex)
        #expect(Self.error(of: #"{"title":""# + String(repeating: "x", count: 5 << 20) + #""}"#)?.reason == .tooComplex)
        let chain = (0..<10_000).map { ##""a\##($0)":{"$ref":"#/$defs/a\##($0 + 1)"}"## }.joined(separator: ",")
        let schema = ##"{"$ref":"#/$defs/a0","$defs":{\##(chain),"a10000":{"type":"null"}}"##
        #expect(Self.error(of: schema + "}") == nil)
        #expect(Self.error(of: schema + #","unevaluatedProperties":false}"#)?.reason == .tooComplex)
    }
}
