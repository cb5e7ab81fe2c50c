import MartletEngine
import MartletTokenizers

extension LLM {
    /// Starts `n` outputs for one prompt; dropping the stream or cancelling the reading task aborts them.
    ///
    /// The prompt is encoded on the calling task. **Throws** `invalidRequest`, `contextLengthExceeded`, `grammar`,
    /// `queueFull` or `shuttingDown`.
    public func generate(_ request: GenerationRequest) async throws(LLMError) -> GenerationStream {
        let promptTokenIDs = try tokenIDs(of: request)
        let limits = SamplingDefaults.Limits(
            numPromptTokens: promptTokenIDs.count, maxModelLen: info.maxModelLen, vocabSize: info.vocabSize,
            maxLogprobs: maxLogprobs)
        let params = try samplingDefaults.resolve(request, limits: limits)
        guard request.stop.isEmpty || loadedTokenizer != nil else {
            throw SamplingRanges.invalid("stop", "stop strings need the tokenizer, which was not loaded")
        }
        let options = SequenceAssembler.Options(
            stop: request.stop, includeStopString: request.includeStopStringInOutput,
            minTokens: params.minTokens)
        let constraint = try await constraint(of: request)
        var prototype = EngineRequest(
            id: 0, promptTokenIDs: promptTokenIDs, params: params, priority: request.priority,
            cacheSalt: request.cacheSalt)
        prototype.constraint = constraint
        return try await client.start(prototype, params: Self.fannedOut(params, n: request.n)) { index in
            let detokenizer = loadedTokenizer.map {
                IncrementalDetokenizer(
                    tokenizer: $0,
                    skipSpecialTokens: request.skipSpecialTokens ?? samplingDefaults.skipSpecialTokens.value,
                    kept: request.keptSpecialTokens,
                    // Grammars count every byte of a token.
                    continuesText: constraint != nil)
            }
            return SequenceAssembler(index: index, options: options, detokenizer: detokenizer)
        }
    }

    /// What a request samples with and where each value comes from, without starting it.
    ///
    /// **Throws** as `generate`.
    public func samplingParameters(of request: GenerationRequest) throws(LLMError) -> [SamplingParameter] {
        let limits = SamplingDefaults.Limits(
            numPromptTokens: try tokenIDs(of: request).count, maxModelLen: info.maxModelLen, vocabSize: info.vocabSize,
            maxLogprobs: maxLogprobs)
        return try samplingDefaults.effective(request.sampling, limits: limits).parameters
    }

    private func tokenIDs(of request: GenerationRequest) throws(LLMError) -> [Int32] {
        let ids: [Int32]
        switch request.prompt {
        case .tokenIDs(let given): ids = given
        case .text(let text): ids = try encode(text, addSpecialTokens: request.addSpecialTokens)
        }
        guard !ids.isEmpty else { throw SamplingRanges.invalid("prompt", "the prompt has no tokens") }
        if let outside = ids.first(where: { $0 < 0 || Int($0) >= info.vocabSize }) {
            throw SamplingRanges.invalid(
                "prompt", "token id \(outside) is outside the vocabulary (0 to \(info.vocabSize - 1))")
        }
        return ids
    }

    /// One output's parameters each: different seeds, and the prompt's log-probabilities only once. As vLLM's
    /// `ParentRequest`.
    private static func fannedOut(_ params: SamplingParams, n: Int) -> [SamplingParams] {
        (0..<n).map { index in
            var child = params
            child.seed = params.seed.map { $0 &+ UInt64(index) }
            if index > 0 { child.numPromptLogprobs = nil }
            return child
        }
    }
}

// MARK: - Text and tokens

extension LLM {
    /// The token ids of a text.
    ///
    /// **Throws** `invalidRequest` when the tokenizer was not loaded.
    public func encode(_ text: String, addSpecialTokens: Bool = true) throws(LLMError) -> [Int32] {
        guard let loadedTokenizer else {
            throw SamplingRanges.invalid("prompt", "text needs the tokenizer, which was not loaded; send token ids")
        }
        return loadedTokenizer.encode(text, addSpecialTokens: addSpecialTokens)
    }

    /// The text of token ids.
    ///
    /// **Throws** `invalidRequest` for an id outside the vocabulary, or when the tokenizer was not loaded.
    public func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool = true) throws(LLMError) -> String {
        guard let loadedTokenizer else {
            throw SamplingRanges.invalid("tokens", "text needs the tokenizer, which was not loaded")
        }
        if let outside = tokenIDs.first(where: { $0 < 0 || Int($0) >= info.vocabSize }) {
            throw SamplingRanges.invalid(
                "tokens", "token id \(outside) is outside the vocabulary (0 to \(info.vocabSize - 1))")
        }
        return loadedTokenizer.decode(tokenIDs, skipSpecialTokens: skipSpecialTokens)
    }
}
