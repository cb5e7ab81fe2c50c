import MartletEngine
import MartletModelIR
import MartletTokenizers

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension PoolingModel {
    /// The embedding of every input.
    ///
    /// **Throws** `invalidRequest`, also for a model that gives scores, `contextLengthExceeded`, `queueFull`,
    /// `shuttingDown` or `engine`.
    public func embed(
        _ inputs: [PoolingInput], options: PoolingOptions = PoolingOptions()
    ) async throws(LLMError) -> PoolingResult {
        guard task == .embed else { throw wrongTask("embeddings") }
        try check(dimensions: options.dimensions)
        let requests = try requests(for: inputs, options)
        var vectors = try await pooled(requests)
        for index in vectors.indices {
            for layers in plan.layers { vectors[index] = layers(vectors[index]) }
            if let dimensions = options.dimensions { vectors[index] = Array(vectors[index].prefix(dimensions)) }
            if options.useActivation ?? plan.normalizes { vectors[index] = Self.normalized(vectors[index]) }
        }
        return PoolingResult(vectors: vectors, numPromptTokens: requests.reduce(0) { $0 + $1.tokenIDs.count })
    }

    /// The labels' scores of every input.
    ///
    /// **Throws** as `embed`.
    public func classify(
        _ inputs: [PoolingInput], options: PoolingOptions = PoolingOptions()
    ) async throws(LLMError) -> PoolingResult {
        guard task == .classify else { throw wrongTask("scores of labels") }
        let requests = try requests(for: inputs, options)
        var vectors = try await pooled(requests)
        for index in vectors.indices {
            for layers in plan.layers { vectors[index] = layers(vectors[index]) }
            if options.useActivation ?? true { vectors[index] = plan.activation(vectors[index]) }
        }
        return PoolingResult(vectors: vectors, numPromptTokens: requests.reduce(0) { $0 + $1.tokenIDs.count })
    }

    /// How well each second text answers the first: one score per pair, one value each.
    ///
    /// A classifier of one label scores the pair; of embeddings it is the cosine. `first` has one text for all or as
    /// many as `second`. **Throws** as `embed`.
    public func score(
        _ first: [String], _ second: [String], instruction: String? = nil, options: PoolingOptions = PoolingOptions()
    ) async throws(LLMError) -> PoolingResult {
        guard !second.isEmpty, first.count == 1 || first.count == second.count else {
            throw .invalidRequest(
                param: nil, message: "\(first.count) texts against \(second.count); give one, or as many on both sides")
        }
        guard task == .embed else {
            guard labels.count == 1 else {
                throw .invalidRequest(
                    param: "model", message: "scores need a model of one label, this one has \(labels.count)")
            }
            let pairs = second.indices.map { index in
                scorePrompt.input(first[first.count == 1 ? 0 : index], second[index], instruction: instruction)
            }
            return try await classify(pairs, options: options)
        }
        let result = try await embed((first + second).map { .text($0) }, options: options)
        let scores = second.indices.map { index in
            let query = result.vectors[first.count == 1 ? 0 : index]
            return [Self.cosine(query, result.vectors[first.count + index])]
        }
        return PoolingResult(vectors: scores, numPromptTokens: result.numPromptTokens)
    }

    private func wrongTask(_ wanted: String) -> LLMError {
        .invalidRequest(
            param: "model", message: "the model gives \(task == .embed ? "embeddings" : "scores"), no \(wanted)")
    }

    private func check(dimensions: Int?) throws(LLMError) {
        guard let dimensions else { return }
        guard let allowed = plan.matryoshka else {
            throw .invalidRequest(
                param: "dimensions",
                message:
                    "the model does not support matryoshka representation, changing output dimensions will lead to "
                    + "poor results; `is_matryoshka` in config.json or --pooler-config '{\"dimensions\": N}' allows it")
        }
        guard (1...width).contains(dimensions), allowed.isEmpty || allowed.contains(dimensions) else {
            let accepted = allowed.isEmpty ? "1 to \(width)" : allowed.map(String.init).joined(separator: ", ")
            throw .invalidRequest(param: "dimensions", message: "\(dimensions) is not supported; accepted: \(accepted)")
        }
    }

    private func pooled(_ requests: [PoolingRequest]) async throws(LLMError) -> [[Float]] {
        do { return try await engine.pool(requests) } catch { throw LLMError(error) }
    }

    /// Divided by its length, which counts as 1e-12 at least.
    private static func normalized(_ vector: [Float]) -> [Float] {
        let length = max(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot(), 1e-12)
        return vector.map { Float(Double($0) / length) }
    }

    private static func cosine(_ x: [Float], _ y: [Float]) -> Float {
        func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return Float(dot(x, y) / max((dot(x, x) * dot(y, y)).squareRoot(), 1e-8))
    }
}
