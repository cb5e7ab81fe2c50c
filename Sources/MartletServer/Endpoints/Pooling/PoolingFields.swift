import Martlet
import MartletJSON
import MartletTokenizers

/// The request fields that embeddings, classifications and scores share; names as vLLM's.
struct PoolingFields: Sendable {
    var model: String?
    var requestID: String?
    var options = PoolingOptions()

    init(_ reader: inout FieldReader) throws(APIError) {
        model = try reader.string("model")
        requestID = try reader.string("request_id")
        if let requestID, !RequestIdentifier.isValid(requestID) {
            throw .badRequest(
                "`request_id` must be 1 to 256 printable ASCII characters", param: "request_id", code: "invalid_value")
        }
        options.truncatePromptTokens = try reader.integer("truncate_prompt_tokens", in: -1 ... .max)
        if let side = try reader.string("truncation_side") {
            guard let known = Tokenizer.TruncationSide(rawValue: side) else {
                throw .badRequest(
                    "`truncation_side` must be left or right, not \(side)", param: "truncation_side",
                    code: "invalid_value")
            }
            options.truncationSide = known
        }
        options.useActivation = try reader.bool("use_activation")
        if reader.value("normalize") != nil {
            throw .badRequest(
                "Parameter `normalize` was removed; use `use_activation` instead.", param: "normalize",
                code: "unsupported")
        }
        try reader.refuse("padding", accepted: "null or \"do_not_pad\"") { $0 == "do_not_pad" }
        try reader.refuse("mm_processor_kwargs", accepted: "null") { $0.objectValue?.isEmpty == true }
        // Sequences are served in order of arrival and leave nothing in a cache.
        reader.acceptQuietly("user", "priority", "cache_salt")
    }
}

extension HTTPCall {
    /// Runs a pooling request until the client goes or the server stops, and counts it.
    func pool(
        on ready: EngineSlot.Ready, promptParam: String = "input",
        _ operation: @escaping @Sendable () async throws(LLMError) -> PoolingResult
    ) async throws(APIError) -> PoolingResult {
        let outcome = try await generate { () async throws(APIError) -> Result<PoolingResult, LLMError> in
            do throws(LLMError) { return .success(try await operation()) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let result):
            ready.metrics.countPrompt(tokens: result.numPromptTokens, cached: 0)
            ready.metrics.promptTokens.observe(Double(result.numPromptTokens))
            ready.metrics.countFinished(.stop)
            ready.metrics.endToEnd.observe(ContinuousClock.now - arrival)
            return result
        case .failure(let error):
            let apiError = APIError(error, promptParam: promptParam)
            ready.metrics.countRejection(apiError.code ?? "invalid_request")
            throw apiError
        }
    }
}

extension PoolingResult {
    /// The `usage` object.
    var usage: JSONValue {
        [
            "prompt_tokens": .integer(Int64(numPromptTokens)), "total_tokens": .integer(Int64(numPromptTokens)),
            "completion_tokens": 0, "prompt_tokens_details": .null,
        ]
    }
}
