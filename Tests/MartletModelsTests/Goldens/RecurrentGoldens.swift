extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.recurrentFamilies`.
    static let recurrentFolders: [String] = []
}
