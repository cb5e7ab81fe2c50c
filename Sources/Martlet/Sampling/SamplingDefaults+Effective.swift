extension SamplingDefaults {
    /// Below this a temperature is greedy. **Source** vLLM `_SAMPLING_EPS`.
    private static let greedyBelow = 1e-5
    /// Smaller temperatures overflow the softmax. **Source** vLLM `_MAX_TEMP`.
    private static let smallestTemperature = 0.01

    /// What a request samples with: its own values, else these defaults, checked and bounded, each with its source.
    ///
    /// **Throws** `invalidRequest` naming the field, or `contextLengthExceeded` when the prompt leaves no room.
    func effective(_ request: SamplingOverrides, limits: Limits) throws(LLMError) -> SamplingDefaults {
        var result = self
        result.temperature.take(request.temperature)
        result.topP.take(request.topP)
        result.topK.take(request.topK)
        result.minP.take(request.minP)
        result.repetitionPenalty.take(request.repetitionPenalty)
        result.presencePenalty.take(request.presencePenalty)
        result.frequencyPenalty.take(request.frequencyPenalty)
        try SamplingRanges.check(result.values, maxTokens: request.maxTokens)
        if result.temperature.value < Self.greedyBelow {
            result.temperature.value = 0
            result.topP = Setting(1, .greedy)
            result.topK = Setting(0, .greedy)
            result.minP = Setting(0, .greedy)
        } else {
            result.temperature.value = max(result.temperature.value, Self.smallestTemperature)
        }
        result.maxTokens = try effectiveMaxTokens(request.maxTokens, limits: limits)
        return result
    }

    /// The least of what was asked for, the cap and the room.
    private func effectiveMaxTokens(_ requested: Int?, limits: Limits) throws(LLMError) -> Setting<Int> {
        let room = limits.maxModelLen - limits.numPromptTokens
        guard room > 0 else {
            throw .contextLengthExceeded(
                promptTokens: limits.numPromptTokens, maxModelLen: limits.maxModelLen,
                message: "This model's maximum context length is \(limits.maxModelLen) tokens, but the prompt has "
                    + "\(limits.numPromptTokens) tokens, which leaves no room for output. Shorten the prompt.")
        }
        let wanted = requested.map { Setting($0, .request) } ?? maxTokens
        let cap = maxTokensCap.map { Setting($0, maxTokens?.source ?? .override) }
        let bounds = [wanted, cap].compactMap(\.self).filter { $0.value <= room }
        // Of equal bounds the first says where the number comes from.
        return bounds.reduce(nil) { least, bound in least.map { $0.value <= bound.value ? $0 : bound } ?? bound }
            ?? Setting(room, .maxModelLen)
    }
}

extension SamplingDefaults.Setting {
    /// Takes what the request says, if it says something.
    fileprivate mutating func take(_ requested: Value?) {
        if let requested { self = .init(requested, .request) }
    }
}
