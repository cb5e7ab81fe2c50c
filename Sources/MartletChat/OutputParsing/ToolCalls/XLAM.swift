extension ToolCallFormat {
    /// Salesforce xLAM: a JSON list of calls as the whole answer, in a code fence or after Mistral's or Hermes' marker.
    static let xlam = ToolCallFormat(
        "xlam", markers: ["[TOOL_CALLS]", "<tool_call>", "</tool_call>"], contentTrimming: .whitespace
    ) { _ in
        let calls: @Sendable (CallPattern.Captures) -> [FoundCall]? = { JSONCalls().list($0.json) }
        let fenced = CallPattern(steps: [.space, .array, .space, .literal("```")], calls: calls)
        let tagged = CallPattern(steps: [.space, .array, .space, .looseEnd("</tool_call>")], calls: calls)
        return PatternSyntax([
            "```json": [fenced], "```": [fenced], "<tool_call>": [tagged],
            "[TOOL_CALLS]": [CallPattern(steps: [.space, .array], calls: calls)],
            "[": [CallPattern(readsOpener: true, onlyAtStart: true, steps: [.array], calls: calls)],
        ])
    }
}
