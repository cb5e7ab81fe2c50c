extension ToolCallFormat {
    /// `<|action_start|><|plugin|>{"name": …, "parameters": {…}}<|action_end|>` of InternLM 2.
    static let internLM = ToolCallFormat(
        "internlm", markers: ["<|action_start|>", "<|plugin|>", "<|action_end|>"]
    ) { _ in
        let calls = JSONCalls(argumentKeys: ["parameters", "arguments"], argumentsMayBeMissing: true)
        let steps: [CallPattern.Step] = [
            .space, .literal("<|plugin|>"), .space, .object, .space, .looseEnd("<|action_end|>"),
        ]
        return PatternSyntax(["<|action_start|>": [CallPattern(steps: steps) { calls.call($0.json) }]])
    }
}
