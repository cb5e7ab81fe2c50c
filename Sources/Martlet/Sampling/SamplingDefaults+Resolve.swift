import MartletEngine

extension SamplingDefaults {
    /// What bounds a request beside its own fields.
    struct Limits {
        var numPromptTokens: Int
        var maxModelLen: Int
        var vocabSize: Int
        /// -1: no bound.
        var maxLogprobs: Int
    }

    /// A request's parameters: its own values, else these defaults, checked.
    ///
    /// **Throws** `invalidRequest` naming the field, or `contextLengthExceeded` when the prompt leaves no room.
    func resolve(_ request: GenerationRequest, limits: Limits) throws(LLMError) -> SamplingParams {
        let sampling = request.sampling
        let effective = try self.effective(sampling, limits: limits)
        var params = SamplingParams()
        params.maxTokens = effective.maxTokens?.value ?? 1
        params.minTokens = sampling.minTokens ?? 0
        guard (0...params.maxTokens).contains(params.minTokens) else {
            throw SamplingRanges.invalid(
                "min_tokens", "must be between 0 and max_tokens (\(params.maxTokens)), found \(params.minTokens)")
        }
        try checkCounts(request, isGreedy: effective.temperature.value == 0)
        params.temperature = Float(effective.temperature.value)
        params.topP = Float(effective.topP.value)
        params.topK = max(effective.topK.value, 0)
        params.minP = Float(effective.minP.value)
        params.repetitionPenalty = Float(effective.repetitionPenalty.value)
        params.presencePenalty = Float(effective.presencePenalty.value)
        params.frequencyPenalty = Float(effective.frequencyPenalty.value)
        params.seed = try seed(sampling.seed)
        params.logitBias = try logitBias(sampling.logitBias, limits: limits)
        params.stopTokenIDs = try stopTokenIDs(sampling.stopTokenIDs, limits: limits)
        params.eosTokenIDs = eosTokenIDs
        params.ignoreEOS = sampling.ignoreEOS
        params.numLogprobs = try numLogprobs("logprobs", request.logprobs, limits: limits)
        params.numPromptLogprobs = try numLogprobs("prompt_logprobs", request.promptLogprobs, limits: limits)
        return params
    }

    private func checkCounts(_ request: GenerationRequest, isGreedy: Bool) throws(LLMError) {
        guard request.n >= 1 else { throw SamplingRanges.invalid("n", "must be at least 1, found \(request.n)") }
        guard !isGreedy || request.n == 1 else {
            throw SamplingRanges.invalid("n", "must be 1 with greedy sampling (temperature 0), found \(request.n)")
        }
        guard !request.stop.contains("") else {
            throw SamplingRanges.invalid("stop", "a stop string cannot be empty")
        }
    }

    private func seed(_ seed: Int?) throws(LLMError) -> UInt64? {
        guard let seed, seed != -1 else { return nil }
        return UInt64(bitPattern: Int64(seed))
    }

    private func logitBias(_ bias: [Int32: Float], limits: Limits) throws(LLMError) -> [Int32: Float] {
        for (id, value) in bias {
            guard id >= 0, Int(id) < limits.vocabSize else {
                throw SamplingRanges.invalid(
                    "logit_bias", "token id \(id) is outside the vocabulary (0 to \(limits.vocabSize - 1))")
            }
            guard (-100...100).contains(value) else {
                throw SamplingRanges.invalid("logit_bias", "must be in [-100, 100], found \(value) for token \(id)")
            }
        }
        return bias
    }

    private func stopTokenIDs(_ ids: [Int32], limits: Limits) throws(LLMError) -> [Int32] {
        guard let outside = ids.first(where: { $0 < 0 || Int($0) >= limits.vocabSize }) else { return ids }
        throw SamplingRanges.invalid(
            "stop_token_ids", "token id \(outside) is outside the vocabulary (0 to \(limits.vocabSize - 1))")
    }

    private func numLogprobs(_ name: String, _ count: Int?, limits: Limits) throws(LLMError) -> Int? {
        guard let count else { return nil }
        guard count >= -1 else { throw SamplingRanges.invalid(name, "must be -1 or at least 0, found \(count)") }
        let wanted = count == -1 ? limits.vocabSize : count
        if limits.maxLogprobs >= 0, wanted > limits.maxLogprobs {
            throw SamplingRanges.invalid(name, "must be at most \(limits.maxLogprobs), found \(count)")
        }
        return min(wanted, limits.vocabSize)
    }
}
