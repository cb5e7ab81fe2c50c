extension ToolCallFormat {
    /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`: Nous Hermes, Qwen 2.5 and 3, and many others.
    static let hermes = ToolCallFormat("hermes", markers: ["<tool_call>", "</tool_call>"]) { _ in
        let steps: [CallPattern.Step] = [.space, .object, .space, .looseEnd("</tool_call>")]
        return PatternSyntax(["<tool_call>": [CallPattern(steps: steps) { JSONCalls().call($0.json) }]])
    }
}
