extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.denseFamilies`.
    static let denseFolders: [String] = []
}
