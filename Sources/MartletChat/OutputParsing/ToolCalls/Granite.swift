extension ToolCallFormat {
    /// `<|tool_call|>[{"name": …, "arguments": {…}}, …]` in Granite 3.0, with `<tool_call>` in 3.1.
    static let granite = ToolCallFormat(
        "granite", markers: ["<|tool_call|>", "<tool_call>"], contentTrimming: .whitespace
    ) { tools in
        let calls = JSONCalls(
            argumentKeys: ["arguments", "parameters"], argumentsMayBeMissing: true, tools: tools)
        let pattern = CallPattern(steps: [.space, .array]) { calls.list($0.json) }
        return PatternSyntax(["<|tool_call|>": [pattern], "<tool_call>": [pattern]])
    }

    /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>` in Granite 4.
    static let granite4 = ToolCallFormat("granite4", markers: ["<tool_call>", "</tool_call>"]) { _ in
        let steps: [CallPattern.Step] = [.space, .object, .space, .literal("</tool_call>")]
        return PatternSyntax(["<tool_call>": [CallPattern(steps: steps) { JSONCalls().call($0.json) }]])
    }

    /// `<function_call>{"name": …, "arguments": {…}}` of granite-20b-functioncalling.
    static let granite20B = ToolCallFormat("granite-20b-fc", markers: ["<function_call>"]) { _ in
        PatternSyntax(["<function_call>": [CallPattern(steps: [.space, .object]) { JSONCalls().call($0.json) }]])
    }
}
