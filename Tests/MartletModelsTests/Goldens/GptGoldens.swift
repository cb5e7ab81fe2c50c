extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.gptFamilies`.
    static let gptFolders: [String] = []
}
