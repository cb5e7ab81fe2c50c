import MartletModelIR
import MartletModels
import Testing

/// Tiny random checkpoints against transformers, see Scripts/goldens/make_models.py.
@Suite struct GoldenLogitsTests {
    /// The fixtures whose weights lie in safetensors files, one of them in bfloat16 shards.
    static let folders = llamaFolders + denseFolders + gptFolders + expertFolders + latentFolders + recurrentFolders
    static let ggufs = [
        "llama", "llama3_rope", "mistral_full", "qwen2", "qwen3", "qwen3_fp4", "qwen3_moe", "gemma", "phi3",
        "granite_moe_shared", "deepseek_v2", "gpt2", "glm4_moe",
    ].map { "\($0)/model.gguf" }

    private func goldenCases(_ path: String) throws -> [GoldenCase] {
        try GoldenCase.all(of: String(path.split(separator: "/")[0]))
    }

    @Test(
        "logits at every position are those of transformers, however the prompt is cut into steps",
        arguments: folders + quantizedFolders + ggufs, BackendChoice.allCases)
    func logits(_ path: String, _ backend: BackendChoice) throws {
        let model = try backend.load(path)
        for golden in try goldenCases(path) {
            for chunkSize in [golden.inputIDs.count, 1, 5] {
                let rows = try model.logits(golden.inputIDs, chunkSize: chunkSize)
                #expect(rows.count * model.model.vocabSize == golden.logits.count)
                #expect(largestDifference(rows, golden.logits) < 2e-4, "chunks of \(chunkSize)")
            }
        }
    }

    @Test(
        "greedy continuations are those of transformers token for token",
        arguments: folders + quantizedFolders + ggufs, BackendChoice.allCases)
    func greedy(_ path: String, _ backend: BackendChoice) throws {
        let model = try backend.load(path)
        for golden in try goldenCases(path) {
            let expected = Array(golden.firmGreedyIDs)
            #expect(expected.count >= 8)
            #expect(try model.greedy(golden.inputIDs, count: expected.count) == expected)
        }
    }
}
