import MartletModelIR
import Testing

@testable import MartletEngine

@Suite struct LogitsProcessorTests {
    @Test("Neutral parameters change no logits, whatever is generated")
    func neutral() {
        var params = SamplingParams()
        params.eosTokenIDs = [2]
        params.logitBias = [4: 0]
        var processor = LogitsProcessor(params: params, promptTokenIDs: [1, 2, 3])
        #expect(processor.edits.isEmpty)
        processor.accept(3)
        #expect(processor.edits.isEmpty)
    }

    @Test("Repetition counts prompt and output, presence and frequency the output only")
    func penalties() {
        var params = SamplingParams()
        params.repetitionPenalty = 2
        params.presencePenalty = 0.5
        params.frequencyPenalty = 0.25
        var processor = LogitsProcessor(params: params, promptTokenIDs: [7, 7])
        for token in [8, 8, 9] as [Int32] { processor.accept(token) }
        #expect(
            processor.edits == [
                LogitEdit(tokenID: 7, repetitionPenalty: 2),
                LogitEdit(tokenID: 8, repetitionPenalty: 2, penalty: 1),
                LogitEdit(tokenID: 9, repetitionPenalty: 2, penalty: 0.75),
            ])
    }

    @Test("min_tokens bans what would stop, then gives logit_bias its place back")
    func minTokens() {
        var params = SamplingParams()
        params.minTokens = 2
        params.stopTokenIDs = [5]
        params.eosTokenIDs = [6]
        params.logitBias = [5: 1.5]
        var processor = LogitsProcessor(params: params, promptTokenIDs: [1])
        #expect(processor.edits.map(\.bias) == [-.infinity, -.infinity])
        processor.accept(1)
        #expect(processor.edits.map(\.bias) == [-.infinity, -.infinity])
        processor.accept(1)
        #expect(processor.edits.map(\.bias) == [1.5, 0])
        params.ignoreEOS = true
        #expect(LogitsProcessor(params: params, promptTokenIDs: [1]).edits.map(\.tokenID) == [5])
    }
}
