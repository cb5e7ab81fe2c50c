extension EngineRequest {
    /// Tokens the request ends with at the latest.
    func maxTotalTokens(maxModelLen: Int) -> Int {
        let (total, overflow) = promptTokenIDs.count.addingReportingOverflow(params.maxTokens)
        return overflow ? maxModelLen : min(total, maxModelLen)
    }

    /// Checks everything that could make the request fail later.
    ///
    /// **Throws** `invalidRequest` with the OpenAI name of the field.
    func validate(
        configuration: EngineConfiguration, vocabSize: Int, encoderShape: EncoderShape?
    ) throws(EngineError) {
        try validatePrompt(configuration: configuration, vocabSize: vocabSize)
        try params.validate(vocabSize: vocabSize)
        try validateEncoderInput(encoderShape)
        try validateTokens(vocabSize: vocabSize)
        let numSlots = configuration.numBlocks * configuration.blockSize
        // The last token is never computed, so it takes no slot.
        let numNeeded = maxTotalTokens(maxModelLen: configuration.maxModelLen) - 1
        guard numNeeded <= numSlots else {
            throw .invalidRequest(
                field: "max_tokens",
                reason: "the prompt has \(promptTokenIDs.count) tokens and max_tokens is \(params.maxTokens), "
                    + "but the KV cache holds \(numSlots) tokens; lower max_tokens or enlarge the cache")
        }
    }

    private func validateEncoderInput(_ shape: EncoderShape?) throws(EngineError) {
        guard let shape else {
            if encoderInput == nil, !wantsCrossWeights { return }
            throw .invalidRequest(field: "file", reason: "the model has no encoder")
        }
        guard let input = encoderInput else {
            throw .invalidRequest(field: "file", reason: "is missing: the model has an encoder")
        }
        guard input.numRows == shape.numRows, input.width == shape.width,
            input.elements.count == shape.numRows * shape.width
        else {
            throw .invalidRequest(
                field: "file",
                reason: "has \(input.elements.count) elements in \(input.numRows) rows of \(input.width), "
                    + "the encoder reads \(shape.numRows) rows of \(shape.width)")
        }
        if wantsCrossWeights, shape.numAlignmentHeads == 0 {
            throw .invalidRequest(field: "timestamp_granularities", reason: "the model has no alignment heads")
        }
    }

    private func validateTokens(vocabSize: Int) throws(EngineError) {
        if constraint != nil, tokenRules != nil {
            throw .invalidRequest(field: "token_rules", reason: "cannot be combined with a grammar")
        }
        if let probe {
            guard promptTokenIDs.indices.contains(probe.position), probe.tokenID >= 0, Int(probe.tokenID) < vocabSize
            else {
                throw .invalidRequest(
                    field: "probe",
                    reason: "asks for token \(probe.tokenID) after position \(probe.position), there are "
                        + "\(promptTokenIDs.count) prompt tokens and \(vocabSize) in the vocabulary")
            }
        }
        if let limit = promptLogprobLimit, limit < 1 || Int(limit) > vocabSize {
            throw .invalidRequest(
                field: "prompt_logprob_limit", reason: "must be from 1 to \(vocabSize), found \(limit)")
        }
    }

    private func validatePrompt(configuration: EngineConfiguration, vocabSize: Int) throws(EngineError) {
        let numPromptTokens = promptTokenIDs.count
        guard numPromptTokens > 0 else { throw .invalidRequest(field: "prompt", reason: "is empty") }
        guard numPromptTokens < configuration.maxModelLen else {
            throw .invalidRequest(
                field: "prompt",
                reason: "has \(numPromptTokens) tokens, but prompt and at least one new token must fit "
                    + "the maximum context length of \(configuration.maxModelLen)")
        }
        let numSlots = configuration.numBlocks * configuration.blockSize
        guard numPromptTokens <= numSlots else {
            throw .invalidRequest(
                field: "prompt", reason: "has \(numPromptTokens) tokens, but the KV cache holds \(numSlots) tokens")
        }
        if let tokenID = promptTokenIDs.first(where: { $0 < 0 || Int($0) >= vocabSize }) {
            throw .invalidRequest(
                field: "prompt", reason: "token id \(tokenID) is outside the vocabulary of \(vocabSize) tokens")
        }
    }
}

extension SamplingParams {
    /// Checks ranges; the same as vLLM's `SamplingParams._verify_args`.
    fileprivate func validate(vocabSize: Int) throws(EngineError) {
        try require("temperature", temperature >= 0 && temperature.isFinite, "must be 0 or larger", temperature)
        try require("top_k", topK >= 0, "must be 0 (all) or larger", topK)
        try require("top_p", topP > 0 && topP <= 1, "must be in (0, 1]", topP)
        try require("min_p", minP >= 0 && minP <= 1, "must be in [0, 1]", minP)
        try require(
            "repetition_penalty", repetitionPenalty > 0 && repetitionPenalty.isFinite, "must be larger than 0",
            repetitionPenalty)
        try require("presence_penalty", abs(presencePenalty) <= 2, "must be in [-2, 2]", presencePenalty)
        try require("frequency_penalty", abs(frequencyPenalty) <= 2, "must be in [-2, 2]", frequencyPenalty)
        try require("max_tokens", maxTokens >= 1, "must be 1 or larger", maxTokens)
        try require("min_tokens", minTokens >= 0, "must be 0 or larger", minTokens)
        try require("min_tokens", minTokens <= maxTokens, "must be at most max_tokens, \(maxTokens)", minTokens)
        for (field, count) in [("logprobs", numLogprobs), ("prompt_logprobs", numPromptLogprobs)] {
            guard let count else { continue }
            try require(field, count >= 0 && count <= vocabSize, "must be from 0 to \(vocabSize)", count)
        }
        for (tokenID, bias) in logitBias {
            try requireToken("logit_bias", tokenID, vocabSize)
            try require("logit_bias", !bias.isNaN && bias < .infinity, "must be finite or -infinity", bias)
        }
        for tokenID in stopTokenIDs { try requireToken("stop_token_ids", tokenID, vocabSize) }
        for tokenID in eosTokenIDs { try requireToken("eos_token_id", tokenID, vocabSize) }
    }

    private func require(
        _ field: String, _ isValid: Bool, _ rule: String, _ value: some CustomStringConvertible
    ) throws(EngineError) {
        guard !isValid else { return }
        throw .invalidRequest(field: field, reason: "\(rule), found \(value.description)")
    }

    private func requireToken(_ field: String, _ tokenID: Int32, _ vocabSize: Int) throws(EngineError) {
        let isValid = tokenID >= 0 && Int(tokenID) < vocabSize
        try require(field, isValid, "must hold token ids below \(vocabSize)", tokenID)
    }
}
