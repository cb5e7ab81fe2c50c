extension ToolCallFormat {
    /// GLM-4.5 to 5.
    static let glm45 = ToolCallFormat(
        "glm45", markers: ["<tool_call>", "</tool_call>"], contentTrimming: .whitespace
    ) { GLMSyntax($0) }
}
