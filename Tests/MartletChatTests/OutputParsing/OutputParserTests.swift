import MartletChat
import MartletJSON
import Testing

/// What all formats have in common.
@Suite struct OutputParserTests {
    private func call(_ format: String, _ text: String, seed: UInt64 = 1) -> ToolCall? {
        var parser = OutputParser(
            toolCalls: ToolCallFormat.named(format), reasoning: nil, randomness: FixedRandomness(seed))
        return parser.message(of: text).toolCalls.first
    }

    @Test func `Ids are as vLLM's for each format`() throws {
        let hermes = try #require(call("hermes", #"<tool_call>{"name": "f", "arguments": {}}</tool_call>"#))
        #expect(hermes.id.wholeMatch(of: /chatcmpl-tool-[0-9a-f]{32}/) != nil)
        let mistral = try #require(call("mistral", "[TOOL_CALLS]f[ARGS]{}"))
        #expect(mistral.id.wholeMatch(of: /[0-9A-Za-z]{9}/) != nil)
        #expect(call("mistral", "[TOOL_CALLS]f[CALL_ID]abc123XYZ[ARGS]{}")?.id == "abc123XYZ")
        let kimi =
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:3<|tool_call_argument_begin|>{}<|tool_call_end|>"
        #expect(call("kimi_k2", kimi)?.id == "functions.f:3")
        #expect(call("kimi_k2", kimi)?.name == "f")
    }

    @Test func `Ids come from the generator that was passed`() {
        let text = "[TOOL_CALLS]f[ARGS]{}"
        #expect(call("mistral", text, seed: 5) == call("mistral", text, seed: 5))
        #expect(call("mistral", text, seed: 5) != call("mistral", text, seed: 6))
    }

    @Test func `Calls of one output have different ids`() {
        let text = #"{"name": "f", "parameters": {}}; {"name": "f", "parameters": {}}"#
        let ids = message("llama3_json", [text]).toolCalls.map(\.id)
        #expect(Set(ids).count == 2)
    }

    @Test func `Without formats all text is content`() {
        var parser = OutputParser(toolCalls: nil, reasoning: nil)
        let text = #"<think>x</think><tool_call>{"name": "f", "arguments": {}}</tool_call>"#
        #expect(parser.message(of: text) == OutputMessage([.content(text)]))
    }

    @Test func `Text is passed on as soon as it cannot be a marker`() {
        var parser = OutputParser(toolCalls: ToolCallFormat.named("hermes"), reasoning: nil)
        #expect(parser.append("Look: ") == [.content("Look: ")])
        #expect(parser.append("a <") == [.content("a ")])
        #expect(parser.append("tool") == [])
        #expect(parser.append("box> b") == [.content("<toolbox> b")])
        #expect(parser.append("<tool_call>") == [])
        #expect(parser.append("oops") == [.content("<tool_call>oops")])
        #expect(parser.append("<tool_c") == [])
        #expect(parser.finish() == [.content("<tool_c")])
    }

    @Test func `A call comes as soon as it is complete`() {
        var parser = OutputParser(toolCalls: ToolCallFormat.named("llama3_json"), reasoning: nil)
        #expect(parser.append(#"{"name": "f", "parameters": {"x": 1}"#) == [])
        guard case .toolCall(let call)? = parser.append("}").first else {
            Issue.record("no call")
            return
        }
        #expect(call.name == "f" && call.arguments == #"{"x": 1}"#)
        #expect(parser.finish() == [])
    }

    @Test func `Events alternate in the order of the text`() {
        var parser = OutputParser(toolCalls: ToolCallFormat.named("openai"), reasoning: nil)
        let events = parser.append(
            "<|channel|>analysis<|message|>Think.<|end|><|start|>assistant<|channel|>commentary<|message|>Wait.<|end|>"
                + "<|start|>assistant<|channel|>commentary to=functions.f<|message|>{}<|call|>"
                + "<|start|>assistant<|channel|>final<|message|>Done")
        #expect(events.count == 4)
        #expect(events.first == .reasoning("Think."))
        #expect(events.dropFirst().first == .content("Wait."))
        #expect(events.last == .content("\nDone"))
        #expect(parser.finish() == [])
    }
}
