/// Encoder inputs: a cross slot for every running request, shared by those with the same input.
extension Scheduler {
    /// Inputs that may be encoded in a step.
    ///
    /// An input takes as long as many tokens, so those who wait for their next one wait for a single input at most.
    func numEncoderInputs(numDecoding: Int) -> Int { numDecoding > 0 ? 1 : configuration.maxNumEncoderInputs }

    /// True when a request can have the slot it needs, with so many inputs left to encode in this step.
    func hasCrossSlot(for request: Request, numEncoderInputs: Int) -> Bool {
        guard let input = request.encoderInput, crossSlots.slot(of: input) == nil else { return true }
        return numEncoderInputs > 0 && crossSlots.hasFree
    }

    /// Gives a request that is being admitted the slot of its input; says whether the input is encoded for it.
    mutating func takeCrossSlot(_ request: Request) -> Bool {
        guard let input = request.encoderInput else { return false }
        let others = waiting.all
        let isAwaited = { (other: EncoderInput) in others.contains { $0.encoderInput === other } }
        guard let (slot, isNew) = crossSlots.take(input, isAwaited: isAwaited) else {
            preconditionFailure("a request was admitted without a cross slot")
        }
        request.crossSlot = slot
        if isNew {
            output.encoderRuns.append(EncoderRun(slot: slot, input: input))
            statistics.encoderInputsEncoded += 1
        } else {
            statistics.encoderInputsReused += 1
        }
        return isNew
    }

    /// Empties the slots that a failed step was to fill; its requests have ended.
    mutating func forgetEncoderRuns() {
        for run in output.encoderRuns { crossSlots.forget(run.slot) }
    }
}
