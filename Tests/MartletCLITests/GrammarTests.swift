import ArgumentParser
import Martlet
import MartletGrammar
import MartletJSON
import Testing

@testable import MartletCLI

@Suite("martlet grammar") struct GrammarTests {
    private func answer(_ line: String) throws -> JSONValue {
        try JSONReader.parse(GrammarCheck(tokens: .bytes).answer(line))
    }

    @Test("tells which texts a constraint accepts, and what masks cost")
    func check() throws {
        for (line, accepted) in [
            (
                #"{"schema": {"type": "integer", "maximum": 9}, "texts": ["7", "12", "", "x"]}"#,
                [true, false, false, false]
            ),
            (#"{"regex": "a+b?", "texts": ["aab", "b", "a"]}"#, [true, false, true]),
            (#"{"grammar": "root ::= \"x\" root | \"y\"", "texts": ["xxy", "x"]}"#, [true, false]),
            (#"{"grammar": "start: /[0-9]+/", "texts": ["12", "a"]}"#, [true, false]),
            (#"{"choice": ["é", "e"], "texts": ["é", "e", "è"]}"#, [true, true, false]),
            (#"{"json_object": true, "texts": ["{\"a\": [1]}", "[]"]}"#, [true, false]),
            (
                #"{"json_object": true, "disable_any_whitespace": true, "texts": ["{\"a\": 1}", "{\"a\":1}"]}"#,
                [false, true]
            ),
        ] as [(String, [Bool])] {
            let answer = try answer(line)
            #expect(answer["compiled"] == true, "\(answer)")
            #expect(answer["error"] == .null)
            #expect(answer["accepted"]?.arrayValue?.map(\.boolValue) == accepted, "\(line)")
            #expect(answer["compile_ms"]?.doubleValue != nil)
            for key in ["mean", "p50", "p99", "max"] { #expect(answer["mask_us"]?[key]?.doubleValue != nil) }
        }
    }

    @Test("answers what is refused with the place, and a broken line with an error of its own")
    func errors() throws {
        let refused = try answer(#"{"schema": {"properties": {"a": {"type": "odd"}}}, "texts": ["1", "2"]}"#)
        #expect(refused["compiled"] == false)
        #expect(refused["error"]?["pointer"] == "/properties/a")
        #expect(refused["error"]?["keyword"] == "type")
        #expect(refused["accepted"] == [false, false])
        for line in [
            "nope", "[]", "{}", #"{"regex": "a", "schema": {}}"#, #"{"regex": 1}"#, #"{"regex": "a", "texts": 1}"#,
        ] {
            let answer = try answer(line)
            #expect(answer["compiled"] == false)
            #expect(answer["error"]?["message"]?.stringValue?.isEmpty == false)
        }
    }

    @Test("takes properties in any order, unless the declared one is asked for")
    func propertyOrder() throws {
        let texts = #""texts": ["{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}"]"#
        let line = #"{"schema": {"type": "object", "properties": {"a": {}, "b": {}}}, "# + texts
        let declared = GrammarCheck(tokens: .bytes, order: .declared)
        #expect(try answer(line + "}")["accepted"] == [true, true])
        #expect(try JSONReader.parse(declared.answer(line + "}"))["accepted"] == [true, false])
        #expect(
            try JSONReader.parse(declared.answer(line + #", "any_property_order": true}"#))["accepted"] == [true, true])
        #expect(try answer(line + #", "any_property_order": false}"#)["accepted"] == [true, false])
    }

    @Test("tells every time where asked", arguments: GrammarClock.allCases)
    func timings(clock: GrammarClock) throws {
        let check = GrammarCheck(tokens: .bytes, timings: clock)
        let timings = try #require(
            try JSONReader.parse(check.answer(#"{"regex": "ab?", "texts": ["ab", "ax", ""]}"#))["timings"])
        #expect(timings["clock_us"]?.doubleValue != nil)
        for (key, counts) in [("mask_us", [3, 2, 1]), ("commit_us", [2, 1, 0])] {
            #expect(timings[key]?.arrayValue?.map { $0.arrayValue?.count } == counts)
        }
        #expect(try answer(#"{"regex": "a"}"#)["timings"] == nil)
    }

    @Test("spells texts with the tokens of a model, whatever these are")
    func tokens() async throws {
        let tokens = GrammarTokens(try await LLM.loadTokenizer(LLMConfiguration()))
        let check = GrammarCheck(tokens: tokens)
        let line = #"{"schema": {"type": "object"}, "texts": ["{\"name\": \"Ünïcödé 🦉\"}", "{\"name\": }"]}"#
        #expect(try JSONReader.parse(check.answer(line))["accepted"] == [true, false])
        for text in ["", " a", "\u{0}\n", "<|im_end|>", "🦉🦉"] {
            let ids = try #require(tokens.encode(text, parsesSpecial: false))
            #expect(ids.flatMap { tokens.vocabulary.tokens[$0] } == Array(text.utf8))
        }
    }

    @Test("explains keywords, with texts that the schema allows")
    func explain() throws {
        let schema: JSONValue = ["type": "array", "items": ["enum": [1, "x"]], "minItems": 1, "foo": 2]
        let explanation = GrammarExplanation(of: schema, numSamples: 3, seed: 1)
        let treatments = Dictionary(uniqueKeysWithValues: explanation.entries.map { ($0.keyword, $0.treatment) })
        #expect(
            treatments == [
                "type": .enforced, "items": .enforced, "minItems": .enforced, "foo": .annotation, "enum": .enforced,
            ])
        #expect(!explanation.samples.isEmpty)
        for sample in explanation.samples {
            let line = JSONWriter.string(["schema": schema, "texts": [.string(sample)]])
            #expect(try answer(line)["accepted"] == [true])
        }
        #expect(GrammarExplanation(of: ["type": "odd"], numSamples: 1, seed: 1).error?.keyword == "type")
    }

    @Test("--structured-outputs-config says how")
    func configuration() throws {
        let argument = try StructuredOutputsArgument.parse(
            #"""
            {"backend": "auto", "disable_any_whitespace": true, "disable_additional_properties": true,
             "any_property_order": true, "ignored_keywords": ["format"], "enable_in_reasoning": true,
             "compile_timeout": 0.5, "reasoning_parser": "qwen3"}
            """#)
        var expected = StructuredOutputConfiguration()
        expected.options.whitespace = .none
        expected.options.disableAdditionalProperties = true
        expected.options.anyPropertyOrder = true
        expected.options.ignorableKeywords = ["format"]
        expected.enableInReasoning = true
        expected.limits.compileTime = .milliseconds(500)
        #expect(argument.configuration == expected)
        #expect(argument.reasoningParser == "qwen3")
        for text in [
            "x", #"{"backend": "xgrammar"}"#, #"{"other": 1}"#, #"{"ignored_keywords": [1]}"#,
            #"{"compile_timeout": 0}"#,
        ] {
            #expect(throws: ValidationError.self) { try StructuredOutputsArgument.parse(text) }
        }
    }
}
