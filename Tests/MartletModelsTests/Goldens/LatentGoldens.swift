extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.latentFamilies`.
    static let latentFolders: [String] = [
        "deepseek_v2", "deepseek_v2_groups", "deepseek_v3", "deepseek_v3_neox", "deepseek_v3_dense",
    ]
}
