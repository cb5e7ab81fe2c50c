import MartletModelIR
import MartletModels
import Testing

/// Tiny random checkpoints against transformers, see Scripts/goldens/make_models.py.
@Suite struct GoldenLogitsTests {
    static let families = ["llama", "llama_tied", "llama3_rope", "mistral", "qwen2", "qwen2_windows", "qwen3"]

    enum BackendChoice: String, CaseIterable, Sendable {
        case reference

        func make() throws -> any Backend {
            switch self {
            case .reference: ReferenceBackend()
            }
        }
    }

    static func load(
        _ family: String, on backend: BackendChoice, cacheDType: KVCacheDType = .float32
    ) throws -> LoadedModel {
        try LoadedModel(
            Fixture.config("models/\(family)/config.json"), TestWeights("models/\(family)/model.safetensors"),
            on: backend.make(), cacheDType: cacheDType)
    }

    @Test(
        "logits at every position are those of transformers, however the prompt is cut into steps", arguments: families,
        BackendChoice.allCases)
    func logits(_ family: String, _ backend: BackendChoice) throws {
        let model = try Self.load(family, on: backend)
        for golden in try GoldenCase.all(of: family) {
            for chunkSize in [golden.inputIDs.count, 1, 5] {
                let rows = try model.logits(golden.inputIDs, chunkSize: chunkSize)
                #expect(rows.count * model.model.vocabSize == golden.logits.count)
                #expect(largestDifference(rows, golden.logits) < 2e-4, "chunks of \(chunkSize)")
            }
        }
    }

    @Test("greedy continuations are those of transformers token for token", arguments: families, BackendChoice.allCases)
    func greedy(_ family: String, _ backend: BackendChoice) throws {
        let model = try Self.load(family, on: backend)
        for golden in try GoldenCase.all(of: family) {
            let expected = Array(golden.firmGreedyIDs)
            #expect(expected.count >= 8)
            #expect(try model.greedy(golden.inputIDs, count: expected.count) == expected)
        }
    }
}
