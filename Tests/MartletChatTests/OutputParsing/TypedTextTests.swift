import MartletJSON
import Testing

@testable import MartletChat

/// Texts of parameters as values; what vLLM's `coerce_to_schema_type` gives.
@Suite struct TypedTextTests {
    @Test(arguments: [
        ("5", "integer", "5"), (" 5\n", "integer", "5"), ("+5", "integer", "5"), ("-0", "integer", "0"),
        ("007", "integer", "7"), ("1_000", "integer", "1000"), ("1__0", "integer", "\"1__0\""),
        ("_1", "integer", "\"_1\""), ("5.0", "integer", "\"5.0\""),
        ("123456789012345678901234567890", "integer", "123456789012345678901234567890"), ("", "integer", "\"\""),
        ("0x10", "integer", "\"0x10\""), ("5", "number", "5"), ("5.0", "number", "5"), ("5.50", "number", "5.5"),
        (".5", "number", "0.5"), ("5.", "number", "5"), ("1e3", "number", "1000"),
        ("1e22", "number", "10000000000000000000000"), ("1e-7", "number", "1e-07"), ("-0.0", "number", "0"),
        ("1e400", "number", "\"1e400\""), ("nan", "number", "\"nan\""), ("inf", "number", "\"inf\""),
        ("1e", "number", "\"1e\""), ("true", "boolean", "true"), (" False ", "boolean", "false"),
        ("1", "boolean", "true"), ("0", "boolean", "false"), ("yes", "boolean", "\"yes\""), ("null", "null", "null"),
        ("NULL", "null", "null"), ("None", "null", "\"None\""), ("[1,2]", "array", "[1, 2]"),
        ("[1,", "array", "\"[1,\""), (#"{"a":1.50}"#, "object", #"{"a": 1.5}"#),
        ("{'a': 1}", "object", "\"{'a': 1}\""), ("[1e999]", "array", "\"[1e999]\""), ("12", "string", "\"12\""),
        ("  x \n", "string", "\"  x \\n\""), ("12", "int", "12"), ("1.5", " Float ", "1.5"), ("12", "whatever", "12"),
        ("x", "whatever", "\"x\""),
    ])
    func `A text becomes what its type wants`(text: String, type: String, expected: String) {
        let types = SchemaTypes(of: ["type": .string(type)], in: nil)
        #expect(TypedText.value(of: text, as: types).text == expected)
    }

    @Test func `Of several types the most particular one counts`() {
        func value(_ text: String, _ schema: JSONValue) -> String {
            TypedText.value(of: text, as: SchemaTypes(of: schema, in: nil)).text
        }
        #expect(value("null", ["type": ["string", "null"]]) == "null")
        #expect(value("5", ["type": ["string", "integer"]]) == "5")
        #expect(value("x", ["anyOf": [["type": "integer"], ["type": "string"]]]) == "\"x\"")
        #expect(value("1", ["enum": ["a", 1]]) == "1")
        #expect(value("true", ["oneOf": [["type": "boolean"], ["type": "array"]]]) == "true")
        #expect(value("5", [:]) == "\"5\"")
        #expect(value("5", ["description": "no type"]) == "\"5\"")
        #expect(value("5", true) == "\"5\"")
    }
}
