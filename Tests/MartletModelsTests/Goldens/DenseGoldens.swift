extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.denseFamilies`.
    static let denseFolders: [String] = [
        "gemma", "gemma2", "gemma3", "gemma3_vision", "phi3", "glm", "glm4", "olmo", "olmo2", "olmo3", "granite",
        "smollm3", "cohere", "cohere2", "seed_oss", "ernie4_5", "exaone4", "apertus", "ministral", "ministral3",
        "mistral3", "qwen2_5_vl", "qwen3_vl",
    ]
}
