extension ToolCallFormat {
    /// `<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>` of ERNIE 4.5.
    static let ernie45 = ToolCallFormat(
        "ernie45", markers: ["<tool_call>", "</tool_call>"], contentTrimming: .newlines
    ) { _ in
        let calls = JSONCalls(argumentsMayBeMissing: true)
        let steps: [CallPattern.Step] = [.space, .object, .space, .literal("</tool_call>")]
        return PatternSyntax(["<tool_call>": [CallPattern(steps: steps) { calls.call($0.json) }]])
    }
}
