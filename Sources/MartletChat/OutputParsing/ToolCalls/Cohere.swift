extension ToolCallFormat {
    /// Cohere Command R7B and A: `<|START_ACTION|>[{"tool_call_id": …, "tool_name": …, "parameters": {…}}, …]` beside
    /// blocks of thinking and response.
    static let cohereCommand3 = ToolCallFormat(
        "cohere_command3", markers: CohereScanner.markers, dividesReasoning: true
    ) { _ in CohereScanner(hasText: false) }

    /// The same with text blocks; begins in reasoning.
    static let cohereCommand4 = ToolCallFormat(
        "cohere_command4", markers: CohereScanner.markers + CohereScanner.textMarkers, dividesReasoning: true
    ) { _ in CohereScanner(hasText: true) }
}
