extension ToolCallFormat {
    /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`: Nous Hermes, Qwen 2.5 and 3, and many others.
    static let hermes = hermesLike("hermes", "<tool_call>", "</tool_call>")

    /// The same of LongCat-Flash, with other tags.
    static let longCat = hermesLike("longcat", "<longcat_tool_call>", "</longcat_tool_call>")

    private static func hermesLike(_ name: String, _ opener: String, _ end: String) -> ToolCallFormat {
        ToolCallFormat(name, markers: [opener, end]) { _ in
            let steps: [CallPattern.Step] = [.space, .object, .space, .looseEnd(end)]
            return PatternSyntax([opener: [CallPattern(steps: steps) { JSONCalls().call($0.json) }]])
        }
    }
}
