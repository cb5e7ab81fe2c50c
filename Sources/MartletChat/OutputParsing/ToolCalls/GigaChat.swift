extension ToolCallFormat {
    /// `function call<|role_sep|>` or `<|function_call|>` and `{"name": …, "arguments": {…}}` of GigaChat 3.
    static let gigaChat3 = ToolCallFormat(
        "gigachat3", markers: ["<|role_sep|>", "<|message_sep|>", "<|function_call|>"]
    ) { _ in
        let pattern = CallPattern(steps: [.space, .object]) { JSONCalls().call($0.json) }
        let separator = CallPattern(steps: []) { _ in [] }
        return PatternSyntax([
            "<|message_sep|>\n\nfunction call<|role_sep|>": [pattern], "function call<|role_sep|>": [pattern],
            "<|function_call|>": [pattern], "<|message_sep|>": [separator],
        ])
    }
}
