extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.expertFamilies`.
    static let expertFolders: [String] = []
}
