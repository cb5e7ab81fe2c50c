import MartletEngine
import MartletModelIR
import MartletTokenizers

extension PoolingModel {
    /// The sequences to compute for some inputs.
    ///
    /// **Throws** `invalidRequest` or `contextLengthExceeded`.
    func requests(for inputs: [PoolingInput], _ options: PoolingOptions) throws(LLMError) -> [PoolingRequest] {
        let limit = try limit(options)
        let prompt = try prompt(options)
        var requests: [PoolingRequest] = []
        requests.reserveCapacity(inputs.count)
        for input in inputs { requests.append(try request(for: input, options, limit: limit, prompt: prompt)) }
        return requests
    }

    /// The number of tokens to cut to; nil where what is too long is refused.
    private func limit(_ options: PoolingOptions) throws(LLMError) -> Int? {
        guard let limit = options.truncatePromptTokens else { return nil }
        guard limit == -1 || (1...info.maxModelLen).contains(limit) else {
            throw .invalidRequest(
                param: "truncate_prompt_tokens",
                message: "must be -1 or from 1 to the maximum context length of \(info.maxModelLen), not \(limit)")
        }
        return limit == -1 ? info.maxModelLen : limit
    }

    private func prompt(_ options: PoolingOptions) throws(LLMError) -> String {
        guard let name = options.promptName ?? plan.files?.defaultPromptName else { return "" }
        guard let prompt = plan.files?.prompts[name] else {
            let known = plan.files?.prompts.keys.sorted().joined(separator: ", ") ?? ""
            throw .invalidRequest(
                param: "prompt_name",
                message: "the model has no prompt \(name); it has: \(known.isEmpty ? "none" : known)")
        }
        return prompt
    }

    private func request(
        for input: PoolingInput, _ options: PoolingOptions, limit: Int?, prompt: String
    ) throws(LLMError) -> PoolingRequest {
        var request = PoolingRequest(tokenIDs: [], poolings: plan.poolings)
        switch input {
        case .tokenIDs(var ids):
            if let limit {
                ids = options.truncationSide == .right ? Array(ids.prefix(limit)) : Array(ids.suffix(limit))
            }
            request.tokenIDs = ids
        case .text(let text):
            set(try tokens(prompt + text, pair: nil, options, limit: limit), in: &request)
            if !prompt.isEmpty, plan.files?.includesPrompt == false {
                request.numSkippedTokens = try numTokens(ofPrompt: prompt, options)
            }
        case .pair(let first, let second):
            set(try tokens(first, pair: second, options, limit: limit), in: &request)
        }
        try check(request.tokenIDs)
        return request
    }

    private func set(_ tokens: TypedTokens, in request: inout PoolingRequest) {
        request.tokenIDs = tokens.ids
        guard numTokenTypes > 1, tokens.types.contains(where: { $0 != 0 }) else { return }
        request.tokenTypes = tokens.types.map { min(max($0, 0), Int32(numTokenTypes - 1)) }
    }

    private func tokens(
        _ text: String, pair: String?, _ options: PoolingOptions, limit: Int?
    ) throws(LLMError) -> TypedTokens {
        guard let loadedTokenizer else {
            throw .invalidRequest(
                param: "input", message: "text needs the tokenizer, which was not loaded; send token ids")
        }
        let lowercases = plan.files?.lowercases == true
        return loadedTokenizer.encode(
            lowercases ? text.lowercased() : text, pair: lowercases ? pair?.lowercased() : pair,
            addSpecialTokens: options.addSpecialTokens, maxTokens: limit, side: options.truncationSide)
    }

    /// A prompt's own tokens; the special token behind it does not count.
    private func numTokens(ofPrompt prompt: String, _ options: PoolingOptions) throws(LLMError) -> Int {
        let ids = try tokens(prompt, pair: nil, options, limit: nil).ids
        return ids.last.map { tokenizer.isSpecial($0) } == true ? ids.count - 1 : ids.count
    }

    private func check(_ ids: [Int32]) throws(LLMError) {
        guard !ids.isEmpty else { throw .invalidRequest(param: "input", message: "an input has no tokens") }
        guard ids.count <= info.maxModelLen else {
            throw .contextLengthExceeded(
                promptTokens: ids.count, maxModelLen: info.maxModelLen,
                message: "This model's maximum context length is \(info.maxModelLen) tokens, but an input has "
                    + "\(ids.count); shorten it or set truncate_prompt_tokens")
        }
        if let outside = ids.first(where: { $0 < 0 || Int($0) >= info.vocabSize }) {
            throw .invalidRequest(
                param: "input", message: "token id \(outside) is outside the vocabulary (0 to \(info.vocabSize - 1))")
        }
    }

    /// The token ids of a text.
    ///
    /// **Throws** `invalidRequest` when the tokenizer was not loaded.
    public func encode(_ text: String, addSpecialTokens: Bool = true) throws(LLMError) -> [Int32] {
        var options = PoolingOptions()
        options.addSpecialTokens = addSpecialTokens
        return try tokens(text, pair: nil, options, limit: nil).ids
    }

    /// The text of token ids.
    ///
    /// **Throws** `invalidRequest` for an id outside the vocabulary, or when the tokenizer was not loaded.
    public func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool = true) throws(LLMError) -> String {
        guard let loadedTokenizer else {
            throw .invalidRequest(param: "tokens", message: "text needs the tokenizer, which was not loaded")
        }
        if let outside = tokenIDs.first(where: { $0 < 0 || Int($0) >= info.vocabSize }) {
            throw .invalidRequest(
                param: "tokens", message: "token id \(outside) is outside the vocabulary (0 to \(info.vocabSize - 1))")
        }
        return loadedTokenizer.decode(tokenIDs, skipSpecialTokens: skipSpecialTokens)
    }
}
