extension ReasoningFormat {
    /// Every reasoning format.
    static let all: [ReasoningFormat] = thinkTagFormats + otherFormats

    /// Formats around `<think>` and `</think>`.
    ///
    /// **Source** vLLM `reasoning/` and `parser/`, the parsers of these names.
    private static let thinkTagFormats: [ReasoningFormat] = [
        ReasoningFormat("deepseek_r1", baseThinking),
        ReasoningFormat("deepseek_v3", baseThinking),
        ReasoningFormat("holo2", baseThinking),
        ReasoningFormat("step3", ReasoningMarkup(starts: [], ends: ["</think>"])),
        ReasoningFormat(
            "olmo3", ReasoningMarkup(starts: ["<think>"], ends: ["</think>"], repeatedStart: .droppedFirst)),
        ReasoningFormat(
            "ernie45",
            baseThinking.with { $0.answer = ("<response>", "</response>") }),
        ReasoningFormat("qwen3", qwen3),
        ReasoningFormat("mimo", qwen3),
        ReasoningFormat("step3p5", qwen3.with { $0.trimsEnd = true }),
        ReasoningFormat("nemotron_v3", qwen3.with { $0.trimsEnd = true }),
        ReasoningFormat(
            "granite_thinking_parser",
            qwen3.with {
                $0.trimsEnd = true
                $0.trimsContentNewlines = true
            }),
        ReasoningFormat(
            "seed_oss",
            qwen3.with {
                $0.starts = ["<seed:think>"]
                $0.ends = ["</seed:think>"]
                $0.breaks = ["<seed:tool_call>"]
            }),
        ReasoningFormat("glm45", glm),
        ReasoningFormat("glm47", glm),
        ReasoningFormat(
            "minimax_m2",
            qwen3.with {
                $0.breaks = ["<minimax:tool_call>"]
                $0.trimsEnd = true
            }),
        ReasoningFormat(
            "kimi_k2",
            qwen3.with {
                $0.breaks = ["<|tool_calls_section_begin|>"]
                $0.trimsEnd = true
            }),
        ReasoningFormat("minimax_m2_append_think", markers: ["<think>", "</think>"]) { _ in
            PrefixedContent("<think>")
        },
        ReasoningFormat("identity", markers: []) { _ in PrefixedContent("") },
    ]

    private static let otherFormats: [ReasoningFormat] = [
        // Harmony's messages are told apart as a whole.
        ReasoningFormat("openai_gptoss", markers: [], toolCallFormat: .harmony) { _ in PrefixedContent("") },
        ReasoningFormat(
            "mistral",
            ReasoningMarkup(
                starts: ["[THINK]", "<think>"], ends: ["[/THINK]", "</think>"], breaks: ["[TOOL_CALLS]"],
                startsInReasoning: false, reopens: true, dropsStrayEnds: true, trimsEnd: true)),
        ReasoningFormat(
            "gemma4",
            ReasoningMarkup(
                starts: ["<|channel>"], ends: ["<channel|>"], breaks: ["<|tool_call>"], startsInReasoning: false,
                reopens: true, dropsStrayEnds: true, trimsEnd: true, prefix: "thought\n")),
        ReasoningFormat(
            "granite",
            ReasoningMarkup(
                starts: ["Here is my thought process:", "Here's my thought process:"],
                ends: ["Here is my response:", "Here's my response:"], startsInReasoning: false,
                repeatedStart: .kept)),
        ReasoningFormat(
            "hunyuan_a13b",
            ReasoningMarkup(
                starts: ["<think>\n"], ends: ["\n</think>\n<answer>\n"], startsInReasoning: false, repeatedStart: .kept,
                answer: ("", "\n</answer>"))),
    ]

    /// vLLM's `BaseThinkingReasoningParser`.
    private static let baseThinking = ReasoningMarkup(
        starts: ["<think>"], ends: ["</think>"], repeatedStart: .droppedOnce)

    private static let qwen3 = ReasoningMarkup(
        starts: ["<think>"], ends: ["</think>"], breaks: ["<tool_call>"], dropsStrayEnds: true)

    private static let glm = qwen3.with {
        $0.reopens = true
        $0.trimsEnd = true
    }

    /// A format that its markup says all of.
    private init(_ name: String, _ markup: ReasoningMarkup) {
        self.init(name, markers: markup.starts + markup.ends, markup: markup) { MarkedReasoning(markup, $0) }
    }
}

extension ReasoningMarkup {
    /// A variation of this markup.
    fileprivate func with(_ change: (inout ReasoningMarkup) -> Void) -> ReasoningMarkup {
        var markup = self
        change(&markup)
        return markup
    }
}
