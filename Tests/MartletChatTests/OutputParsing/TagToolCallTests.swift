import MartletChat
import MartletJSON
import Testing

/// Calls written with tags, as Python expressions, or in Gemma's notation.
@Suite struct TagToolCallTests {
    private func expect(_ format: String, _ text: String, tools: [JSONValue] = [], _ expected: TagCase.Expected) {
        let known = TagCase(toolCalls: format, tools: tools, output: text, expected: expected)
        #expect(known.message([text]) == expected, "\(known)")
        var randomness = FixedRandomness(9)
        known.withEveryCut(&randomness) { #expect(known.message($0) == expected, "\(known) as \($0)") }
    }

    private static let sectionEnd = "<tool_call></tool_call>"

    @Test func `Calls and content are vLLM's`() {
        #expect(TagCase.toolCallCases.count > 250)
        for known in TagCase.toolCallCases { #expect(known.message([known.output]) == known.expected, "\(known)") }
    }

    @Test func `Every cut gives the same message`() {
        var randomness = FixedRandomness(4)
        for known in TagCase.toolCallCases {
            known.withEveryCut(&randomness) { #expect(known.message($0) == known.expected, "\(known) as \($0)") }
        }
    }

    /// However an output is cut off, nothing but whitespace is lost as long as no call has come of it.
    @Test func `An output cut off anywhere stays content until a call is complete`() {
        for known in TagCase.toolCallCases where known.toolCalls != "minimax_m2" {
            for end in 0..<known.output.unicodeScalars.count {
                let text = known.output.scalars(0..<end)
                let message = known.message([text])
                guard message.calls.isEmpty, !text.contains(Self.sectionEnd) else { continue }
                #expect(message.content ?? "" == text, "\(known) cut at \(end)")
            }
        }
    }

    @Test func `A value holds whatever comes before its closing tag`() {
        let value = "<tool_call><function=g></function> </parameter <b> </tool_call> </functio"
        expect(
            "qwen3_coder",
            "<tool_call>\n<function=f>\n<parameter=a>\n\(value)\n</parameter>\n</function>\n</tool_call>",
            .init(calls: [["f", #"{"a": "\#(value)"}"#]]))
        let inner = "<tool_call>x</tool_call> <arg_key> </arg_valu"
        expect(
            "glm45", "<tool_call>f<arg_key>a</arg_key><arg_value>\(inner)</arg_value></tool_call>",
            .init(calls: [["f", #"{"a": "\#(inner)"}"#]]))
        let call = "<invoke name='x'></invoke> text </minimax:tool_call> "
        expect(
            "minimax_m2",
            "<minimax:tool_call><invoke name=\"f\"><parameter name=\"a\">\(call)</parameter></invoke></minimax:tool_call>",
            .init(calls: [["f", #"{"a": "\#(call)"}"#]]))
    }

    @Test func `Closing tags may be missing`() {
        let a = #"{"a": "1"}"#
        expect("qwen3_coder", "<tool_call><function=f><parameter=a>1</function></tool_call>", .init(calls: [["f", a]]))
        expect("qwen3_coder", "<tool_call><function=f><parameter=a>1</function>", .init(calls: [["f", a]]))
        expect(
            "qwen3_coder", "<tool_call><function=f><parameter=a>1</parameter></tool_call>", .init(calls: [["f", a]]))
        expect(
            "qwen3_coder", "<tool_call><function=f><parameter=a>1</parameter><tool_call><function=g></function>",
            .init(calls: [["f", a], ["g", "{}"]]))
        expect("glm45", "<tool_call>f<arg_key>a</arg_key><arg_value>1</tool_call>", .init(calls: [["f", a]]))
        expect(
            "glm45", "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value><tool_call>g</tool_call>",
            .init(calls: [["f", a], ["g", "{}"]]))
        expect(
            "minimax_m2", "<minimax:tool_call><invoke name=\"f\"><parameter name=\"a\">1</invoke></minimax:tool_call>",
            .init(calls: [["f", a]]))
    }

    @Test(arguments: [
        ("qwen3_coder", #"<tool_call>{"name": "f"}</tool_call>"#),
        ("qwen3_coder", "<tool_call><function=f>words</function>"),
        ("qwen3_coder", "<tool_call><function=></function></tool_call>"), ("qwen3_coder", "<tool_call><function=f"),
        ("qwen3_coder", "<tool_call><function=f><parameter=a>1</parameter>"), ("qwen3_coder", "<tool_call>"),
        ("glm45", #"<tool_call>{"name": "f"}</tool_call>"#), ("glm45", "<tool_call></tool_call>"),
        ("glm45", "<tool_call>f<arg_key>a</arg_key>1</tool_call>"), ("glm45", "<tool_call>f<arg_key>a"),
        ("minimax_m2", "<minimax:tool_call>\n<invoke name=\"f\">words</invoke>\n</minimax:tool_call>"),
        ("minimax_m2", "<minimax:tool_call><invoke name='f"), ("deepseek_v32", "<｜DSML｜function_calls>words"),
        ("pythonic", "[f(1)]"), ("pythonic", "[f(**x)]"), ("pythonic", "[f(a=b)]"), ("pythonic", "[f(a='x)]"),
        ("pythonic", "[f(a=[)]"), ("pythonic", "[f(a=1+1)]"), ("pythonic", "[f(a=b'x')]"),
        ("pythonic", "[f(a=f'{x}')]"), ("pythonic", "[f(a=007)]"), ("pythonic", "[f(a=1j)]"),
        ("pythonic", #"[f(a="\ud800")]"#), ("pythonic", "[f()"), ("lfm2", "<|tool_call_start|>f(<|tool_call_end|>"),
        ("lfm2", "<|tool_call_start|>[f()]"), ("olmo3", "<function_calls></function_calls>"),
        ("gemma4", "<|tool_call>words<tool_call|>"), ("gemma4", "<|tool_call>call:f{a:,b:1}<tool_call|>"),
        ("gemma4", "<|tool_call>call:f{a:<|\"|>x}<tool_call|>"), ("gemma4", "<|tool_call>call:f{a:[1}<tool_call|>"),
        ("functiongemma", "<start_function_call>f{}<end_function_call>"),
    ])
    func `A malformed call is content`(format: String, text: String) {
        expect(format, "Well: \(text)", .init(content: "Well: \(text)"))
        expect(format, text, .init(content: text))
    }

    @Test func `Text behind a broken call is searched for the next one`() {
        let good = "<tool_call><function=f></function></tool_call>"
        expect(
            "qwen3_coder", "<tool_call>oops</tool_call>\(good)",
            .init(content: "<tool_call>oops</tool_call>", calls: [["f", "{}"]]))
        expect("qwen3_coder", "\(good)\nMore.", .init(content: "\nMore.", calls: [["f", "{}"]]))
        expect("glm45", "<tool_call><tool_call>f</tool_call>", .init(content: "<tool_call>", calls: [["f", "{}"]]))
    }

    @Test func `Unknown tools are refused where vLLM refuses them`() {
        let tools: [JSONValue] = [["type": "function", "function": ["name": "f"]]]
        let glm = "<tool_call>g<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>"
        expect("glm45", glm, tools: tools, .init(content: glm))
        let miniMax = "<minimax:tool_call>\n<invoke name=\"g\">\n</invoke>\n</minimax:tool_call>"
        expect("minimax_m2", miniMax, tools: tools, .init(content: miniMax))
        expect(
            "qwen3_coder", "<tool_call><function=g><parameter=a>1</parameter></function></tool_call>", tools: tools,
            .init(calls: [["g", #"{"a": "1"}"#]]))
    }

    @Test func `Values follow schemas that vLLM does not follow`() {
        let properties: JSONValue = [
            "point": ["$ref": "#/$defs/Point"], "points": ["type": "array", "items": ["$ref": "#/$defs/Point"]],
            "fixed": ["const": 3], "maybe": ["type": "integer", "nullable": true], "loop": ["$ref": "#/$defs/Loop"],
        ]
        let definitions: JSONValue = [
            "Point": ["type": "object", "properties": ["x": ["type": "integer"]]],
            "Loop": ["anyOf": [["$ref": "#/$defs/Loop"], ["$ref": "#/$defs/Loop"]]],
        ]
        let tools: [JSONValue] = [
            ["name": "f", "parameters": ["type": "object", "properties": properties, "$defs": definitions]]
        ]
        func call(_ key: String, _ value: String) -> String {
            "<tool_call><function=f><parameter=\(key)>\(value)</parameter></function></tool_call>"
        }
        for (key, value, expected) in [
            ("point", #"{"x":1}"#, #"{"x": 1}"#), ("fixed", "3", "3"), ("maybe", "null", "null"),
            ("loop", "5", "\"5\""),
            ("points", "[1]", "[1]"),
        ] {
            expect("qwen3_coder", call(key, value), tools: tools, .init(calls: [["f", "{\"\(key)\": \(expected)}"]]))
        }
        expect(
            "gemma4", "<|tool_call>call:f{points:[{x:1}]}<tool_call|>", tools: tools,
            .init(calls: [["f", #"{"points": [{"x": 1}]}"#]]))
        expect(
            "functiongemma", "<start_function_call>call:f{fixed:<escape>3<escape>,n:4}<end_function_call>",
            tools: tools,
            .init(calls: [["f", #"{"fixed": 3, "n": 4}"#]]))
    }

    @Test func `Python calls may stand in several lists, and Llama's markers around them`() {
        expect("pythonic", "[f(a=1)]\n[a.b(c='d')]", .init(calls: [["f", #"{"a": 1}"#], ["a.b", #"{"c": "d"}"#]]))
        expect("llama4_pythonic", "<|python_start|>[f()]<|python_end|>", .init(calls: [["f", "{}"]]))
        expect(
            "llama4_pythonic", "<|python_start|>hm<|python_end|>", .init(content: "<|python_start|>hm<|python_end|>"))
        expect("pythonic", "\n[f(a='line\nbreak')]", .init(calls: [["f", #"{"a": "line\nbreak"}"#]]))
    }

    @Test func `A text that cannot be a list of calls is passed on at once`() {
        var parser = OutputParser(toolCalls: ToolCallFormat.named("pythonic"), reasoning: nil)
        #expect(parser.append("[1") == [.content("[1")])
        #expect(parser.append("] is [f(a=1)]") == [.content("] is [f(a=1)]")])
    }

    @Test func `Long hostile outputs take linear time`() {
        let openers = [
            "qwen3_coder": [
                "<tool_call>", "<function=f>", "<tool_call><function=f><parameter=a>", "</function> ", "<function=",
            ],
            "glm45": ["<tool_call>", "<tool_call>f<arg_key>a</arg_key><arg_value>", "</tool_call> "],
            "minimax_m2": ["<invoke name=\"", "<invoke name=\"f\"><parameter name=\"a\">", "</invoke> "],
            "pythonic": ["[", "[f(a=[", "[f(a='", "["],
            "gemma4": ["<|tool_call>call:f{a:{", "<|\"|>", "<|tool_call>call:f{a:["],
            "lfm2": ["<|tool_call_start|>[f(a=", "[", "("], "deepseek_v32": ["<｜DSML｜invoke name=\"f\" ", "<｜DSML｜"],
        ]
        for (format, texts) in openers {
            for start in texts {
                for filler in [start, " ", "<", "[", "'"] {
                    let text = start + String(repeating: filler, count: 20_000 / filler.utf8.count)
                    var parser = OutputParser(toolCalls: ToolCallFormat.named(format), reasoning: nil)
                    for scalar in text.unicodeScalars { _ = parser.append(String(scalar)) }
                    _ = parser.finish()
                }
            }
        }
    }
}
