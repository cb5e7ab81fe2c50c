extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.expertFamilies`.
    static let expertFolders: [String] = [
        "mixtral", "qwen2_moe", "qwen3_moe", "minimax_m2", "olmoe", "granite_moe", "granite_moe_shared", "glm4_moe",
        "ernie45_moe", "gpt_oss",
    ]
}
