extension ToolCallFormat {
    /// Harmony, which gpt-oss writes: reasoning, content and calls in one.
    static let harmony = ToolCallFormat("openai", markers: HarmonyScanner.markers, dividesReasoning: true) { _ in
        HarmonyScanner()
    }
}
