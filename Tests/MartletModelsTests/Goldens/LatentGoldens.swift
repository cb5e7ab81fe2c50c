extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.latentFamilies`.
    static let latentFolders: [String] = []
}
