import MartletModelIR
import Testing

@testable import Martlet

@Suite struct TranscriptionPlanTests {
    /// Two layers of 3 heads of 8 columns: 2 * 2 * 1500 * 24 * 2 bytes a slot, 2 * 2 * 24 * 2 bytes a token.
    private func inputs(_ change: (inout TranscriptionPlan.Inputs) -> Void) -> TranscriptionPlan.Inputs {
        let layers = (0..<2).map { AttentionSpec(layer: $0, numHeads: 3, numKVHeads: 3, headDim: 8) }
        let cross = (2..<4).map { CrossAttentionSpec(layer: $0, numHeads: 3, headDim: 8, numPositions: 1500) }
        var inputs = TranscriptionPlan.Inputs(
            specs: layers.map { .full($0) } + cross.map { .cross($0) }, dtype: .bfloat16, blockSize: 16,
            modelMaxLen: 440, maxNumSeqs: 8, availableBytes: 1 << 30)
        change(&inputs)
        return inputs
    }

    private let bytes = 288_000 + 192 * 448

    @Test func `As many windows as are asked for and fit`() throws {
        func numSeqs(_ change: (inout TranscriptionPlan.Inputs) -> Void) throws -> Int {
            let plan = try TranscriptionPlan(inputs(change))
            #expect(plan.bytesPerSequence == bytes)
            #expect(plan.numBlocks == 28)
            return plan.numSeqs
        }
        #expect(try numSeqs { _ in } == 8)
        #expect(try numSeqs { $0.availableBytes = 4 * 3 * bytes } == 3)
        // One window may take more than the usual share.
        #expect(try numSeqs { $0.availableBytes = 2 * bytes } == 1)
        #expect(try numSeqs { $0.requestedBytes = 5 * bytes + 1 } == 5)
    }

    @Test func `No more windows have slots than there can be`() throws {
        let plan = try TranscriptionPlan(inputs { $0.maxNumWindows = 3 })
        #expect(plan.numSeqs == 8 && plan.numCrossSlots == 3)
        #expect(plan.bytes == 3 * 288_000 + 8 * 192 * 448)
        #expect(try TranscriptionPlan(inputs { _ in }).numCrossSlots == 8)
    }

    @Test func `What does not fit is refused with the numbers`() {
        for change: (inout TranscriptionPlan.Inputs) -> Void in [
            { $0.availableBytes = bytes }, { $0.requestedBytes = bytes - 1 }, { $0.requestedMaxModelLen = 441 },
            { $0.maxNumSeqs = 0 }, { $0.requestedMaxModelLen = 0 }, { $0.availableBytes = 0 },
        ] {
            #expect(throws: LLMError.self) { try TranscriptionPlan(inputs(change)) }
        }
    }
}
