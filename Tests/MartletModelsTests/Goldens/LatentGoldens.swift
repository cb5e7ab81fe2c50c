import Testing

extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.latentFamilies` for every backend: none, until the CPU backend has latent attention.
    static let latentFolders: [String] = []

    /// Fixtures of `ModelRegistry.latentFamilies`.
    static let latentFixtures = ["deepseek_v2", "deepseek_v2_groups", "deepseek_v3", "deepseek_v3_neox"]
}

/// Latent attention on the reference backend.
@Suite struct LatentReferenceTests {
    @Test(
        "logits and greedy continuations are those of transformers, however the prompt is cut into steps",
        arguments: GoldenLogitsTests.latentFixtures)
    func logits(_ folder: String) throws {
        let model = try BackendChoice.reference.load(folder)
        for golden in try GoldenCase.all(of: folder) {
            for chunkSize in [golden.inputIDs.count, 1, 5] {
                let rows = try model.logits(golden.inputIDs, chunkSize: chunkSize)
                #expect(largestDifference(rows, golden.logits) < 2e-4, "chunks of \(chunkSize)")
            }
            let expected = Array(golden.firmGreedyIDs)
            #expect(try model.greedy(golden.inputIDs, count: expected.count) == expected)
        }
    }
}
