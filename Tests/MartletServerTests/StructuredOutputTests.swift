import HTTPTypes
import Martlet
import MartletGrammar
import MartletJSON
import Testing

@testable import MartletServer

@Suite("What requests ask of their outputs") struct StructuredOutputTests {
    private static let hello = #""messages":[{"role":"user","content":"Hi"}]"#
    private static let schema: JSONValue = ["type": "object", "properties": ["a": ["type": "integer"]]]
    private static let schemaText = #"{"type":"object","properties":{"a":{"type":"integer"}}}"#

    struct Case: Sendable {
        var fields: String
        var specification: GrammarSpecification?
        var param = ""
        var whitespace: GrammarOptions.Whitespace?
        var closesObjects: Bool?
    }

    @Test(
        "are read from every field that says it",
        arguments: [
            Case(fields: #""response_format":{"type":"text"}"#),
            Case(fields: #""structured_outputs":null,"guided_json":null"#),
            Case(
                fields: #""response_format":{"type":"json_object"}"#, specification: .jsonObject,
                param: "response_format"),
            Case(
                fields: #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":\#(schemaText),"#
                    + #""strict":true,"description":"d"}}"#,
                specification: .jsonSchema(schema), param: "response_format.json_schema.schema"),
            Case(
                fields: #""structured_outputs":{"json":\#(schemaText)}"#, specification: .jsonSchema(schema),
                param: "structured_outputs.json"),
            Case(
                fields:
                    #""structured_outputs":{"json":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}"}"#,
                specification: .jsonSchema(schema), param: "structured_outputs.json"),
            Case(
                fields: #""structured_outputs":{"json_object":true,"disable_any_whitespace":true,"#
                    + #""disable_additional_properties":true}"#,
                specification: .jsonObject, param: "structured_outputs.json_object",
                whitespace: GrammarOptions.Whitespace.none, closesObjects: true),
            Case(
                fields: #""structured_outputs":{"json_object":true,"whitespace_pattern":" ?","regex":null}"#,
                specification: .jsonObject, param: "structured_outputs.json_object", whitespace: .pattern(" ?")),
            Case(
                fields: #""structured_outputs":{"regex":"[ab]+"}"#, specification: .regex("[ab]+"),
                param: "structured_outputs.regex"),
            Case(
                fields: #""structured_outputs":{"regex":""}"#, specification: .regex(""),
                param: "structured_outputs.regex"),
            Case(
                fields: #""structured_outputs":{"choice":["a","b"]}"#, specification: .choice(["a", "b"]),
                param: "structured_outputs.choice"),
            Case(
                fields: #""structured_outputs":{"grammar":"root ::= \"a\""}"#,
                specification: .grammar(#"root ::= "a""#), param: "structured_outputs.grammar"),
            Case(
                fields: #""guided_json":\#(schemaText),"guided_decoding_backend":"xgrammar:no-fallback""#,
                specification: .jsonSchema(schema), param: "guided_json"),
            Case(
                fields: #""guided_regex":"a","guided_whitespace_pattern":"\\n?""#, specification: .regex("a"),
                param: "guided_regex", whitespace: .pattern("\\n?")),
            Case(fields: #""guided_choice":["x"]"#, specification: .choice(["x"]), param: "guided_choice"),
            Case(
                fields: #""guided_grammar":"start: \"a\"""#, specification: .grammar(#"start: "a""#),
                param: "guided_grammar"),
            Case(
                fields: #""structured_outputs":{"json":{"type":"null"}},"response_format":{"type":"json_schema","#
                    + #""json_schema":{"name":"n","schema":\#(schemaText)}}"#,
                specification: .jsonSchema(schema), param: "response_format.json_schema.schema"),
        ])
    func areRead(_ given: Case) async throws {
        for (path, prompt) in [("/v1/chat/completions", Self.hello), ("/v1/completions", #""prompt":"Hi""#)] {
            let engine = FakeEngine()
            let answer = try await InProcessClient(engine).post(path, "{\(prompt),\(given.fields)}")
            #expect(answer.status == 200, "\(answer.text)")
            let output = engine.requests.first?.structuredOutput
            #expect(output?.specification == given.specification)
            #expect((output?.param ?? "") == given.param)
            #expect(output?.whitespace == given.whitespace)
            #expect(output?.disableAdditionalProperties == given.closesObjects)
            #expect((engine.requests.first?.grammar != nil) == (given.specification != nil))
        }
    }

    @Test(
        "are refused where they contradict themselves, by the name of the field",
        arguments: [
            (#""response_format":{"type":"xml"}"#, "response_format.type"),
            (#""response_format":{}"#, "response_format.type"), (#""response_format":"json"#, ""),
            (#""response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
            (
                #""response_format":{"type":"json_schema","json_schema":{"schema":{}}}"#,
                "response_format.json_schema.name"
            ),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#,
                "response_format.json_schema.schema"
            ),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":"{}"}}"#,
                "response_format.json_schema.schema"
            ),
            (#""structured_outputs":{}"#, "structured_outputs"), (#""structured_outputs":[]"#, "structured_outputs"),
            (#""structured_outputs":{"regex":"a","choice":["a"]}"#, "structured_outputs.choice"),
            (#""structured_outputs":{"json_object":true},"guided_regex":"a""#, "guided_regex"),
            (#""structured_outputs":{"regex":"a"},"response_format":{"type":"json_object"}"#, "response_format"),
            (#""structured_outputs":{"json_object":false}"#, "structured_outputs.json_object"),
            (#""structured_outputs":{"choice":[]}"#, "structured_outputs.choice"),
            (#""structured_outputs":{"choice":["a",1]}"#, "structured_outputs.choice"),
            (#""structured_outputs":{"grammar":" \n"}"#, "structured_outputs.grammar"),
            (#""structured_outputs":{"json":" "}"#, "structured_outputs.json"),
            (#""structured_outputs":{"json":"{"}"#, "structured_outputs.json"),
            (#""structured_outputs":{"json":7}"#, "structured_outputs.json"),
            (#""structured_outputs":{"regex":"a\u0000b"}"#, "structured_outputs.regex"),
            (#""structured_outputs":{"structural_tag":""}"#, "structured_outputs.structural_tag"),
            (
                #""structured_outputs":{"json_object":true,"whitespace_pattern":"","disable_any_whitespace":true}"#,
                "structured_outputs"
            ),
            (#""guided_json":{},"guided_decoding_backend":"other""#, "guided_decoding_backend"),
            (#""tools":\#(tool),"tool_choice":"sometimes""#, "tool_choice"),
            (#""tool_choice":"required""#, "tool_choice"),
            (#""tools":\#(tool),"tool_choice":{"type":"function"}"#, "tool_choice.function"),
            (#""tools":\#(tool),"tool_choice":{"type":"function","function":{}}"#, "tool_choice.function.name"),
            (#""tools":\#(tool),"tool_choice":{"type":"function","function":{"name":"g"}}"#, "tool_choice"),
            (
                #""tools":\#(tool),"tool_choice":{"type":"function","function":{"name":"f"}},"guided_json":{}"#,
                "tool_choice"
            ),
        ])
    func areRefused(fields: String, param: String) async throws {
        for stream in [false, true] {
            let engine = FakeEngine()
            let answer = try await InProcessClient(engine).post(
                "/v1/chat/completions", #"{\#(Self.hello),"stream":\#(stream),\#(fields)}"#)
            #expect(answer.status == 400, "\(answer.text)")
            if !param.isEmpty { #expect(answer.json["error"]?["param"]?.stringValue == param) }
            #expect(engine.counts.started == 0)
        }
    }

    private static let tool = #"[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#

    @Test("nest as deep as vLLM allows") func nesting() async throws {
        for (depth, status) in [(60, 200), (66, 400)] {
            let schema =
                String(repeating: #"{"properties":{"a":"#, count: depth / 2) + "{}"
                + String(repeating: "}}", count: depth / 2)
            let answer = try await InProcessClient(FakeEngine()).post(
                "/v1/chat/completions", #"{\#(Self.hello),"structured_outputs":{"json":\#(schema)}}"#)
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test("are refused with the place and the keyword before a stream begins") func places() async throws {
        let body = #"""
            {\#(Self.hello),"stream":true,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":
            {"type":"object","properties":{"a":{"type":"string","pattern":"([a-z]+)\\1"}}}}}}
            """#
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", body)
        #expect(answer.status == 400)
        let error = answer.json["error"]
        #expect(error?["param"] == "response_format.json_schema.schema")
        #expect(error?["code"] == "invalid_grammar")
        #expect(error?["message"]?.stringValue?.contains("/properties/a") == true)
        #expect(error?["message"]?.stringValue?.contains("pattern") == true)
    }
}
