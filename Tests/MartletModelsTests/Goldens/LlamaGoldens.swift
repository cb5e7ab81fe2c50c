extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.llamaFamilies`.
    static let llamaFolders: [String] = [
        "llama", "llama_tied", "llama_bf16_sharded", "llama3_rope", "mistral", "qwen2", "qwen2_windows", "qwen3",
    ]
}
