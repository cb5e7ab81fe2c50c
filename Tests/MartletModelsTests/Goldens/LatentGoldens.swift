import Testing

extension GoldenLogitsTests {
    /// Fixtures of `ModelRegistry.latentFamilies` for every backend.
    static let latentFolders: [String] = ["deepseek_v3_dense"]

    /// Fixtures with experts as well, which the CPU backend does not have yet.
    static let latentExpertFolders = ["deepseek_v2", "deepseek_v2_groups", "deepseek_v3", "deepseek_v3_neox"]
}

/// Latent attention with experts on the reference backend.
@Suite struct LatentReferenceTests {
    @Test(
        "logits and greedy continuations are those of transformers, however the prompt is cut into steps",
        arguments: GoldenLogitsTests.latentExpertFolders)
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
