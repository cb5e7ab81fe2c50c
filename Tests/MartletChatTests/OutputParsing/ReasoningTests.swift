import MartletChat
import Testing

/// Dividing outputs into reasoning and content.
@Suite struct ReasoningTests {
    @Test func `Outputs are divided as vLLM divides them`() {
        #expect(TagCase.reasoningCases.count > 500)
        for known in TagCase.reasoningCases { #expect(known.message([known.output]) == known.expected, "\(known)") }
    }

    @Test func `Every cut gives the same message`() {
        var randomness = FixedRandomness(5)
        for known in TagCase.reasoningCases {
            known.withEveryCut(&randomness) { #expect(known.message($0) == known.expected, "\(known) as \($0)") }
        }
    }

    private func divided(
        _ format: String, _ text: String, startsInReasoning: Bool? = nil, toolCalls: String? = nil
    ) -> TagCase.Expected {
        var parser = OutputParser(
            toolCalls: toolCalls.flatMap { ToolCallFormat.named($0) }, reasoning: ReasoningFormat.named(format)!,
            startsInReasoning: startsInReasoning)
        let message = parser.message(of: text)
        return TagCase.Expected(
            reasoning: message.reasoning, content: message.content,
            calls: message.toolCalls.map { [$0.name, $0.arguments] })
    }

    /// Where vLLM loses text that a stream has already shown, or calls half an answer what the stream called reasoning.
    @Test(
        arguments: [
            ("olmo3", "<think>I think, but", "I think, but", nil), ("olmo3", "I think, but", "I think, but", nil),
            ("granite", "Here is my thought process: hm", " hm", nil),
            ("granite", "Well. Here is my thought process:aHere is my response:b", "a", "Well. b"),
            ("hunyuan_a13b", "<think>\nhm", "hm", nil),
            ("deepseek_r1", "a</think>The <think> tag", "a", "The <think> tag"),
            ("deepseek_r1", "a<think>b</think>c", "ab", "c"), ("deepseek_r1", "\n", "\n", nil),
            ("ernie45", "a</think>\n<response>b", "a", "b"),
            ("ernie45", "a</think>b</response>c", "a", "b</response>c"),
            ("identity", "<think>a</think>b", nil, "<think>a</think>b"),
        ] as [(String, String, String?, String?)])
    func `Nothing is lost`(format: String, text: String, reasoning: String?, content: String?) {
        #expect(divided(format, text) == TagCase.Expected(reasoning: reasoning, content: content))
    }

    @Test func `The end of the prompt decides where the output starts`() {
        #expect(divided("mistral", "a[/THINK]b", startsInReasoning: true) == .init(reasoning: "a", content: "b"))
        #expect(
            divided("granite", "aHere is my response:b", startsInReasoning: true) == .init(reasoning: "a", content: "b")
        )
        #expect(divided("qwen3", "a", startsInReasoning: false) == .init(content: "a"))
        #expect(divided("deepseek_r1", "a</think>b", startsInReasoning: false) == .init(content: "a</think>b"))
        #expect(
            divided("qwen3", "<think>\na</think>b", startsInReasoning: false) == .init(reasoning: "\na", content: "b"))
    }

    @Test func `Tool calls are found behind reasoning and end it`() {
        let call = "<tool_call>\n<function=f>\n<parameter=a>\n</think>\n</parameter>\n</function>\n</tool_call>"
        let expected = TagCase.Expected(reasoning: "Hm.", calls: [["f", #"{"a": "</think>"}"#]])
        #expect(divided("qwen3", "Hm.\(call)", toolCalls: "qwen3_coder") == expected)
        #expect(divided("qwen3", "<think>Hm.</think>\n\n\(call)", toolCalls: "qwen3_coder") == expected)
        let json = #"<think>Hm.</think>Look: <tool_call>{"name": "f", "arguments": {}}</tool_call>"#
        #expect(
            divided("deepseek_r1", json, toolCalls: "hermes")
                == .init(reasoning: "Hm.", content: "Look: ", calls: [["f", "{}"]]))
    }

    @Test func `Text is passed on as soon as it cannot be a marker`() {
        var parser = OutputParser(toolCalls: nil, reasoning: ReasoningFormat.named("qwen3"))
        #expect(parser.append("<thi") == [])
        #expect(parser.append("nk>a b") == [.reasoning("a b")])
        #expect(parser.append(" </") == [.reasoning(" ")])
        #expect(parser.append("x") == [.reasoning("</x")])
        #expect(parser.append("</think>c <") == [.content("c ")])
        #expect(parser.finish() == [.content("<")])
    }

    @Test func `Every format is found by its name`() {
        #expect(ReasoningFormat.named("no such format") == nil)
        for name in ReasoningFormat.names { #expect(ReasoningFormat.named(name)?.name == name) }
        let formats = [
            "deepseek_r1", "qwen3", "openai_gptoss", "glm45", "granite", "mistral", "minimax_m2", "kimi_k2", "seed_oss",
            "minimax_m2_append_think", "nemotron_v3", "olmo3", "step3", "deepseek_v3", "ernie45", "hunyuan_a13b",
            "gemma4",
        ]
        #expect(Set(formats).subtracting(ReasoningFormat.names) == [])
    }

    @Test func `Long hostile outputs take linear time`() {
        for piece in ["<", "</think", "\n", "<think>", " ", "Here is my ", "</response>"] {
            let text = String(repeating: piece, count: 20_000 / piece.utf8.count)
            for format in ["qwen3", "glm45", "deepseek_r1", "granite", "ernie45", "gemma4", "hunyuan_a13b"] {
                var parser = OutputParser(toolCalls: nil, reasoning: ReasoningFormat.named(format))
                for scalar in text.unicodeScalars { _ = parser.append(String(scalar)) }
                _ = parser.finish()
            }
        }
    }
}
