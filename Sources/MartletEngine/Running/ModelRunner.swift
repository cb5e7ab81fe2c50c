public import MartletModelIR

/// Runs scheduled steps; lives on the engine thread. The contract of runners outside this package.
///
/// Every `submit` that returns is followed by one `collect` before the next `submit`.
public protocol ModelRunner: AnyObject {
    /// The version of this contract the runner was written for; `EngineCore` takes only its `runnerContractVersion`.
    static var contractVersion: Int { get }

    /// Token ids are below this.
    var vocabSize: Int { get }

    /// Sizes of the encoder; nil: the model has none.
    var encoderShape: EncoderShape? { get }

    /// Copies the states of `SchedulerOutput.stateCopies`, then encodes the inputs of `SchedulerOutput.encoderRuns`, then
    /// starts the step; copies even when the step fails.
    ///
    /// **Throws** `EngineError.backend` when it cannot run; the step's requests then fail and the engine lives on.
    func submit(_ step: SchedulerOutput) throws(EngineError)

    /// Waits for the submitted step.
    func collect() throws(EngineError) -> ModelRunnerOutput
}

extension ModelRunner {
    /// None.
    public var encoderShape: EncoderShape? { nil }
}

/// What came of a step.
public struct ModelRunnerOutput: Sendable {
    /// One result per row of `SchedulerOutput.logitRows`.
    public var sampled: [SampledRow]

    /// One for every request of the step with `ScheduledRequest.wantsCrossWeights`, in their order, of its scheduled tokens.
    public var crossWeights: [CrossWeights]

    /// The results of a step.
    public init(sampled: [SampledRow], crossWeights: [CrossWeights] = []) {
        self.sampled = sampled
        self.crossWeights = crossWeights
    }
}
