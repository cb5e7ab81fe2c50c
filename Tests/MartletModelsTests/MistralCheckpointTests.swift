import MartletModelIR
import Testing

/// Tiny random checkpoints as Mistral writes them against transformers, see Scripts/goldens/make_mistral_checkpoints.py.
@Suite struct MistralCheckpointTests {
    static let folders = [
        "window", "window_pattern", "yarn", "yarn_scaled", "experts", "fp8_tensors", "fp8_rows",
    ].map { "../mistral_checkpoints/\($0)" }

    @Test(
        "logits and greedy continuations are those of transformers, though heads lie in another order",
        arguments: folders, BackendChoice.allCases)
    func goldens(_ path: String, _ backend: BackendChoice) throws {
        let model = try backend.load(path)
        for golden in try GoldenCase.all(of: path) {
            for chunkSize in [golden.inputIDs.count, 5] {
                let rows = try model.logits(golden.inputIDs, chunkSize: chunkSize)
                #expect(rows.count * model.model.vocabSize == golden.logits.count)
                #expect(largestDifference(rows, golden.logits) < 2e-4, "chunks of \(chunkSize)")
            }
            let expected = Array(golden.firmGreedyIDs)
            #expect(try model.greedy(golden.inputIDs, count: expected.count) == expected)
        }
    }
}
