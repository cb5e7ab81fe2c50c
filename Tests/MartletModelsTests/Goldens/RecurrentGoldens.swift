extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.recurrentFamilies`.
    static let recurrentFolders: [String] = [
        "qwen3_next", "qwen3_5", "qwen3_5_moe", "lfm2", "lfm2_moe", "granite_hybrid", "granite_hybrid_dense", "mamba2",
    ]
}
