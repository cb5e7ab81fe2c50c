/// The formats of a model's output.
public struct OutputFormats: Sendable {
    /// How it writes tool calls, nil where nothing tells.
    public var toolCalls: ToolCallFormat?
    /// How it marks reasoning, nil where nothing tells.
    public var reasoning: ReasoningFormat?

    /// The formats that a chat template asks the model to write.
    ///
    /// The model answers as its template shows it earlier answers and calls, so the markers in the template's text tell
    /// the format. Without a template only formats whose marker is a special token are found.
    ///
    /// - Parameters:
    ///   - chatTemplate: the template's text.
    ///   - hasToken: whether the vocabulary has a special token.
    public init(chatTemplate: String?, hasToken: (String) -> Bool) {
        let template = Array((chatTemplate ?? "").utf8)
        let rule = Self.toolCallRules.first { $0.applies(to: template, hasToken) }
        toolCalls = rule.flatMap { ToolCallFormat.named($0.format) }
        reasoning =
            Self.reasoningRules.first { $0.applies(to: template, hasToken, toolCalls: rule?.format) }
            .flatMap { ReasoningFormat.named($0.format) }
    }
}

/// The texts in a template that tell a format.
private struct DetectionRule: Sendable {
    let format: String
    /// All of these are in the template.
    var all: [String] = []
    /// None of these is.
    var none: [String] = []
    /// The tool-call formats with which the rule holds; empty for any.
    var with: [String] = []
    /// A special token that tells the format without a template.
    var token: String?

    func applies(to template: [UInt8], _ hasToken: (String) -> Bool, toolCalls: String? = nil) -> Bool {
        guard with.isEmpty || with.contains(toolCalls ?? "") else { return false }
        if template.isEmpty { return token.map(hasToken) ?? false }
        return !(all.isEmpty && with.isEmpty) && all.allSatisfy { Self.has(template, $0) }
            && !none.contains { Self.has(template, $0) }
    }

    private static func has(_ template: [UInt8], _ text: String) -> Bool {
        if case .found = MarkerSet([text]).search(template, from: 0, isFinal: true) { true } else { false }
    }
}

extension OutputFormats {
    /// The first that applies counts: formats that borrow another's markers come before it.
    private static let toolCallRules: [DetectionRule] = [
        DetectionRule(format: "openai", all: ["<|channel|>", "<|message|>"], token: "<|channel|>"),
        DetectionRule(format: "minimax_m2", all: ["minimax:tool_call", "<invoke"], token: "<minimax:tool_call>"),
        DetectionRule(format: "deepseek_v32", all: ["｜DSML｜", "function_calls"]),
        DetectionRule(format: "deepseek_v4", all: ["｜DSML｜", "tool_calls"]),
        DetectionRule(format: "deepseek_v3", all: ["<｜tool▁calls▁begin｜>", "```json"]),
        DetectionRule(format: "deepseek_v31", all: ["<｜tool▁calls▁begin｜>"]),
        DetectionRule(format: "step3", all: ["<｜tool_calls_begin｜>", "steptml"]),
        DetectionRule(
            format: "kimi_k2", all: ["<|tool_calls_section_begin|>"], token: "<|tool_calls_section_begin|>"),
        DetectionRule(format: "mistral", all: ["[TOOL_CALLS]"], token: "[TOOL_CALLS]"),
        DetectionRule(format: "gemma4", all: ["<|tool_call>", "call:"], token: "<|tool_call>"),
        DetectionRule(format: "functiongemma", all: ["<start_function_call>"], token: "<start_function_call>"),
        DetectionRule(format: "longcat", all: ["<longcat_tool_call>"]),
        DetectionRule(format: "seed_oss", all: ["seed:tool_call", "<function="]),
        DetectionRule(format: "qwen3_coder", all: ["<tool_call>", "<function=", "<parameter="]),
        DetectionRule(format: "glm45", all: ["<tool_call>", "<arg_key>"]),
        DetectionRule(format: "granite", all: ["<|start_of_role|>", "<|tool_call|>"]),
        DetectionRule(format: "granite4", all: ["<|start_of_role|>", "<tool_call>"]),
        DetectionRule(format: "lfm2", all: ["<|tool_list_start|>"], token: "<|tool_call_start|>"),
        DetectionRule(format: "lfm2", all: ["<|tool_call_start|>"]),
        DetectionRule(format: "internlm", all: ["<|action_start|>", "<|plugin|>"], token: "<|action_start|>"),
        DetectionRule(format: "hunyuan_a13b", all: ["<tool_calls>", "<answer>"]),
        DetectionRule(format: "jamba", all: ["<tool_calls>", "<|bom|>"], token: "<tool_calls>"),
        DetectionRule(format: "ernie45", all: ["<tool_call>", "<response>"], none: ["minimax"]),
        DetectionRule(format: "phi4_mini_json", all: ["<|tool|>"]),
        DetectionRule(format: "phi4_mini_json", all: ["functools[", "<|tool_call|>"]),
        DetectionRule(format: "phi4_mini_json", all: ["functools", "<|assistant|>"]),
        DetectionRule(format: "olmo3", all: ["<function_calls>"]),
        DetectionRule(format: "llama4_pythonic", all: ["func_name1(", "<|header_start|>"]),
        DetectionRule(format: "llama4_pythonic", all: ["<|python_start|>"], none: ["dictionary of argument name"]),
        DetectionRule(format: "pythonic", all: ["func_name1("]),
        DetectionRule(format: "llama4_json", all: ["dictionary of argument name", "<|header_start|>"]),
        DetectionRule(format: "llama3_json", all: ["dictionary of argument name"], none: ["<tool_call>"]),
        DetectionRule(format: "llama3_json", all: ["<|python_tag|>"], none: ["<function=", "<tool_call>"]),
        DetectionRule(format: "hermes", all: ["<tool_call>"], none: ["<tool_calls>", "minimax"]),
    ]

    private static let reasoningRules: [DetectionRule] = [
        DetectionRule(format: "openai_gptoss", with: ["openai"], token: "<|channel|>"),
        DetectionRule(format: "gemma4", all: ["<|channel>"], with: ["gemma4"]),
        DetectionRule(format: "mistral", all: ["[THINK]"], token: "[THINK]"),
        DetectionRule(format: "mistral", all: ["<think>"], with: ["mistral"]),
        DetectionRule(format: "minimax_m2", with: ["minimax_m2"]),
        DetectionRule(format: "seed_oss", all: ["seed:think"]),
        DetectionRule(format: "glm45", all: ["<think>"], with: ["glm45"]),
        DetectionRule(format: "kimi_k2", all: ["<think>"], with: ["kimi_k2"]),
        DetectionRule(format: "deepseek_v3", all: ["<｜Assistant｜>", "</think>", "thinking"], with: ["deepseek_v31"]),
        DetectionRule(format: "deepseek_r1", all: ["<｜Assistant｜>", "</think>"]),
        DetectionRule(format: "deepseek_r1", all: ["｜DSML｜", "</think>"]),
        DetectionRule(format: "step3", all: ["<think>"], with: ["step3"]),
        DetectionRule(format: "hunyuan_a13b", all: ["<think>", "<answer>"]),
        DetectionRule(format: "granite", all: ["Here is my thought process:", "<|start_of_role|>"]),
        DetectionRule(format: "ernie45", all: ["<think>", "<response>"]),
        DetectionRule(format: "olmo3", all: ["<think>"], with: ["olmo3"]),
        DetectionRule(format: "qwen3", all: ["<think>"]),
    ]
}

extension ReasoningFormat {
    /// Whether an output starts in reasoning: true where the prompt ends by opening it, false where it ends by closing
    /// it, nil where it does neither.
    public func startsInReasoning(afterPrompt prompt: String) -> Bool? {
        guard let markup else { return nil }
        let end = prompt.stripped(nil, left: false)
        if markup.ends.contains(where: { end.ends(with: $0.stripped(nil)) }) { return false }
        let opened = markup.starts.contains { start in
            end.ends(with: start.stripped(nil)) || end.ends(with: (start + markup.prefix).stripped(nil))
        }
        return opened ? true : nil
    }
}
