import MartletJSON
import MartletModelIR
import Testing

/// `SamplingRow.preferredTokensFrom` against openai-whisper, see Scripts/goldens/make_timestamp_preference.py.
@Suite struct TimestampPreferenceTests {
    struct Case: Sendable {
        let json: JSONValue

        func ids(_ key: String) -> Set<Int> { Set(json[key]?.arrayValue?.compactMap(\.intValue) ?? []) }
    }

    /// The ids of a case as a mask.
    final class Mask: TokenMasks {
        let word: UnsafeMutablePointer<UInt32>

        init(_ ids: Set<Int>) {
            word = .allocate(capacity: 1)
            word.initialize(to: ids.reduce(0) { $0 | 1 << UInt32($1) })
        }

        deinit { word.deallocate() }

        func wait() {}

        func words(ofRow row: Int) -> UnsafePointer<UInt32>? { UnsafePointer(word) }
    }

    static let cases = try! Fixture.json("timestamp_preference/cases.json").arrayValue!.map { Case(json: $0) }

    @Test("Text goes where timestamps together are more probable than any of it")
    func equalsWhisper() throws {
        #expect(Self.cases.contains { $0.ids("left") != $0.ids("allowed") })
        #expect(Self.cases.contains { $0.ids("left") == $0.ids("allowed") })
        for (index, example) in Self.cases.enumerated() {
            var logits = example.json["logits"]?.arrayValue?.compactMap { $0.doubleValue.map { Float($0) } } ?? []
            let raw = logits
            let batch = SamplingBatch()
            var row = SamplingRow()
            row.numLogprobs = logits.count
            row.preferredTokensFrom = example.json["timestampBegin"]?.intValue.map { Int32($0) }
            row.probedTokenID = 3
            batch.rows = [row]
            batch.masks = Mask(example.ids("allowed"))
            try logits.withUnsafeMutableBufferPointer { buffer in
                let base = try #require(buffer.baseAddress)
                ReferenceSampler().sample(LogitsView(base: base, numRows: 1, vocabSize: buffer.count), batch)
            }
            let result = batch.results[0]
            let left = Set(result.topLogprobs.filter { $0.logprob > -.infinity }.map { Int($0.tokenID) })
            #expect(left == example.ids("left"), "case \(index)")
            let expected = example.json["logprobs"]?.arrayValue ?? []
            for entry in result.topLogprobs {
                guard let value = expected[Int(entry.tokenID)].doubleValue else { continue }
                #expect(abs(Double(entry.logprob) - value) < 1e-5, "case \(index)")
            }
            // Probes see the logits as they are.
            batch.masks = nil
            row.preferredTokensFrom = nil
            row.forcedTokenID = 3
            batch.rows = [row]
            logits = raw
            try logits.withUnsafeMutableBufferPointer { buffer in
                let base = try #require(buffer.baseAddress)
                ReferenceSampler().sample(LogitsView(base: base, numRows: 1, vocabSize: buffer.count), batch)
            }
            #expect(batch.results[0].logprob == result.probeLogprob)
        }
    }
}
