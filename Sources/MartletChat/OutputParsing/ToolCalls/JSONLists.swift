extension ToolCallFormat {
    /// `functools[{"name": …, "arguments": {…}}, …]` of Phi-4-mini.
    static let phi4MiniJSON = ToolCallFormat("phi4_mini_json", markers: ["functools"]) { _ in
        let calls = JSONCalls(argumentKeys: ["arguments", "parameters"])
        return PatternSyntax(["functools": [CallPattern(steps: [.array]) { calls.list($0.json) }]])
    }

    /// `<tool_calls>[{"name": …, "arguments": {…}}, …]</tool_calls>` of Jamba.
    static let jamba = toolCallsList("jamba")

    /// The same list of Hunyuan-A13B.
    static let hunyuanA13B = toolCallsList("hunyuan_a13b")

    private static func toolCallsList(_ name: String) -> ToolCallFormat {
        ToolCallFormat(name, markers: ["<tool_calls>", "</tool_calls>"]) { _ in
            let steps: [CallPattern.Step] = [.space, .array, .space, .literal("</tool_calls>")]
            return PatternSyntax(["<tool_calls>": [CallPattern(steps: steps) { JSONCalls().list($0.json) }]])
        }
    }
}
