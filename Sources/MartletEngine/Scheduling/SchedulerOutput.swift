public import MartletModelIR

/// One request's part of a step.
public struct ScheduledRequest: Sendable, Hashable {
    /// The request.
    public var id: RequestID
    /// Tokens in the cache before the step; the first scheduled token stands at this position.
    public var numComputedTokens: Int
    /// Tokens this step computes.
    public var numScheduledTokens: Int
    /// Blocks of each of its tables: those that hold the tokens up to the last scheduled one.
    public var numBlocks: Int
    /// Slot of its recurrent state.
    public var stateSlot: Int32
    /// Slot of what the encoder made of its input; 0 where there is no encoder.
    public var crossSlot: Int32
    /// Whether the cross weights of its scheduled tokens are wanted: `ModelRunnerOutput.crossWeights`.
    public var wantsCrossWeights: Bool
    /// Whether its rotations are those of `RotaryEmbedding.long`.
    public var usesLongRotary: Bool
    /// Rows of logits it wants: prompt rows first, then the one that is sampled.
    public var numLogitRows: Int
}

/// A recurrent state to copy from one slot to another.
public struct StateCopy: Sendable, Hashable {
    /// Slot it is read from.
    public var source: Int32
    /// Slot it is written to.
    public var target: Int32
}

/// An input to encode into a cross slot.
public struct EncoderRun: Sendable {
    /// Slot its keys and values are written to.
    public var slot: Int32
    /// What the encoder reads.
    public var input: EncoderInput
}

/// What one step computes, filled in place by the scheduler and valid until it schedules the next one.
public final class SchedulerOutput {
    /// The requests in the order of their tokens.
    public internal(set) var requests: [ScheduledRequest] = []
    /// `[numTokens]` the scheduled tokens of all requests.
    public internal(set) var tokenIDs: [Int32] = []
    /// The block tables of all requests, one behind the other: per request one for each group of the cache, each
    /// `ScheduledRequest.numBlocks` long; 0 for blocks that are no longer read.
    public internal(set) var blockNumbers: [Int32] = []
    /// `[numLogitRows]` indices into `tokenIDs`, ascending.
    public internal(set) var logitRows: [Int32] = []
    /// States to copy before the step starts, in this order.
    public internal(set) var stateCopies: [StateCopy] = []
    /// Inputs to encode before the step starts; all other cross slots hold what their requests read.
    public internal(set) var encoderRuns: [EncoderRun] = []
    /// One row per logit row; the runner's sampler may write the results here.
    public let sampling = SamplingBatch()
    /// What the constrained rows of `sampling` may become.
    let masks: ConstraintMasks

    /// An empty step with room for the largest one.
    init(configuration: EngineConfiguration, vocabSize: Int) {
        masks = ConstraintMasks(vocabSize: vocabSize, capacity: configuration.maxNumSeqs)
        requests.reserveCapacity(configuration.maxNumSeqs)
        tokenIDs.reserveCapacity(configuration.maxNumBatchedTokens)
        blockNumbers.reserveCapacity(
            max(configuration.numGroups, 1) * configuration.maxNumSeqs * configuration.maxBlocksPerRequest)
        // Every place at most saves one and loads one.
        stateCopies.reserveCapacity(2 * configuration.maxNumSeqs)
        encoderRuns.reserveCapacity(min(configuration.maxNumEncoderInputs, configuration.numCrossSlots))
        logitRows.reserveCapacity(configuration.maxLogitRows)
        sampling.rows.reserveCapacity(configuration.maxLogitRows)
        sampling.results.reserveCapacity(configuration.maxLogitRows)
    }

    /// Lets the row that is appended to `sampling` next become only what its request's constraint allows.
    func constrainNextRow(of request: Request) {
        masks.append(row: sampling.rows.count, request: request)
        sampling.masks = masks
    }

    /// Forgets the step and keeps the memory, and the state copies, which no step has carried out yet.
    func removeAll() {
        requests.removeAll(keepingCapacity: true)
        tokenIDs.removeAll(keepingCapacity: true)
        blockNumbers.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
        encoderRuns.removeAll(keepingCapacity: true)
        sampling.rows.removeAll(keepingCapacity: true)
        guard sampling.masks != nil else { return }
        sampling.masks = nil
        masks.removeAll()
    }
}
