import MartletJSON
import MartletModelIR
import MartletModels
import MartletWeights
import Testing

@Suite struct BatchingTests {
    @Test(
        "a request's logits do not depend on what else is in its steps",
        arguments: ["llama", "mistral", "qwen3", "llama_fp8_blocks"], BackendChoice.allCases)
    func mixedBatch(_ family: String, _ backend: BackendChoice) throws {
        let cases = try GoldenCase.all(of: family)
        let (long, short, single) = (cases[0].inputIDs, cases[1].inputIDs, cases[2].inputIDs)
        let alone = try backend.load(family)
        let expectedLong = try alone.logits(long, chunkSize: long.count)
        let expectedShort = try alone.logits(short, chunkSize: short.count)
        let expectedSingle = try alone.logits(single, chunkSize: 1)

        // Prefill of one request, decode of another and a chunk of a third in the same steps.
        let together = try backend.load(family)
        typealias Chunk = LoadedModel.Chunk
        let first = try together.step([
            Chunk(request: 2, start: 0, tokenIDs: Array(long[..<9])), Chunk(request: 0, start: 0, tokenIDs: [short[0]]),
        ])
        let second = try together.step([
            Chunk(request: 0, start: 1, tokenIDs: [short[1]]), Chunk(request: 1, start: 0, tokenIDs: single),
            Chunk(request: 2, start: 9, tokenIDs: Array(long[9...])),
        ])
        #expect(Array(first[..<9]) + Array(second[2...]) == expectedLong)
        #expect([first[9], second[0]] == Array(expectedShort[..<2]))
        #expect([second[1]] == expectedSingle)
    }

    @Test("a window that is left out changes the logits beyond it, and only those")
    func windowMatters() throws {
        let golden = try GoldenCase.all(of: "mistral")[0]
        let checkpoint = try Checkpoint.open(path: "\(Fixture.root)/models/mistral")
        var json = checkpoint.config.json
        json["sliding_window"] = .null
        let model = try LoadedModel(
            ModelConfig(json: json, origin: "config.json"), checkpoint.weights, on: ReferenceBackend())
        let rows = try model.logits(golden.inputIDs, chunkSize: 21)
        let vocabSize = model.model.vocabSize
        #expect(largestDifference(Array(rows[..<8]), golden.logits) < 2e-4)
        #expect(largestDifference(Array(rows[8...]), Array(golden.logits[(8 * vocabSize)...])) > 0.01)
    }

    @Test(
        "narrower caches stay near float32", arguments: [(KVCacheDType.bfloat16, Float(0.15)), (.int8, 0.3)],
        BackendChoice.allCases)
    func cacheDTypes(_ narrow: (dtype: KVCacheDType, tolerance: Float), _ backend: BackendChoice) throws {
        let golden = try GoldenCase.all(of: "llama")[0]
        let model = try backend.load("llama", cacheDType: narrow.dtype)
        let difference = largestDifference(try model.logits(golden.inputIDs, chunkSize: 21), golden.logits)
        #expect(difference > 1e-5 && difference < narrow.tolerance)
    }
}
