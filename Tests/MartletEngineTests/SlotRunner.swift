import MartletModelIR
import Testing

@testable import MartletEngine

/// A runner of a made-up encoder-decoder model that knows which input each slot holds, and checks in every step that all
/// requests see their own and that nothing is encoded which lies in a slot already.
final class SlotRunner: ModelRunner {
    /// Where a step fails.
    enum Failure: CaseIterable {
        case beforeEncoding, whileEncoding, whileDecoding, collecting
    }

    static let contractVersion = EngineCore.runnerContractVersion
    static let shape = EncoderShape(numRows: 2, width: 1, numPositions: 2, numAlignmentHeads: 1)
    let vocabSize = 64
    var encoderShape: EncoderShape? { Self.shape }
    /// What each request must see.
    var inputs: [RequestID: EncoderInput] = [:]
    /// How the next step fails.
    var failure: Failure?
    private(set) var slots: [EncoderInput?]
    private(set) var numEncoded = 0
    private var rows: [SampledRow] = []

    init(numSlots: Int) { slots = Array(repeating: nil, count: numSlots) }

    static func input(_ number: Int) -> EncoderInput {
        EncoderInput(numRows: 2, width: 1, elements: [Float(number), 1])
    }

    /// The token after `position` for a request that sees `input`.
    func token(_ input: EncoderInput?, after position: Int) -> Int32 {
        let seed = UInt64(input?.elements[0] ?? 0)
        return Int32(CounterRandom.bits(seed: seed, index: position) % UInt64(vocabSize))
    }

    func submit(_ step: SchedulerOutput) throws(EngineError) {
        // Whatever fails, nobody can rely on what lies in the slots of the step's runs.
        if failure != nil {
            for run in step.encoderRuns { slots[Int(run.slot)] = nil }
        }
        if failure == .beforeEncoding || failure == .whileEncoding && !step.encoderRuns.isEmpty {
            throw .backend("the encoder is out of order")
        }
        for run in step.encoderRuns {
            #expect(!slots.contains { $0 === run.input }, "an input that lies in a slot is encoded again")
            if failure == nil { slots[Int(run.slot)] = run.input }
            numEncoded += 1
        }
        if failure == .whileDecoding { throw .backend("the decoder is out of order") }
        guard failure == nil else { return }
        rows = []
        for request in step.requests {
            let input = slots[Int(request.crossSlot)]
            #expect(input != nil && input === inputs[request.id], "request \(request.id) sees another input")
            guard request.numLogitRows > 0 else { continue }
            var row = SampledRow()
            row.tokenID = token(input, after: request.numComputedTokens + request.numScheduledTokens - 1)
            rows.append(row)
        }
    }

    func collect() throws(EngineError) -> ModelRunnerOutput {
        if failure != nil { throw .backend("the results are lost") }
        return ModelRunnerOutput(sampled: rows)
    }
}
