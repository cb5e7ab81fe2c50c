/// The sampling numbers in force for one request.
struct SamplingValues: Hashable {
    var temperature: Double
    var topP: Double
    var topK: Int
    var minP: Double
    var repetitionPenalty: Double
    var presencePenalty: Double
    var frequencyPenalty: Double
}

/// The ranges of sampling values, as vLLM's `SamplingParams._verify_args` has them.
enum SamplingRanges {
    /// **Throws** `invalidRequest` naming the first value out of range.
    static func check(_ values: SamplingValues, maxTokens: Int?) throws(LLMError) {
        try range("temperature", values.temperature, 0...2)
        guard values.topP > 0, values.topP <= 1 else {
            throw invalid("top_p", "must be above 0 and at most 1, found \(values.topP)")
        }
        guard values.topK >= -1 else { throw invalid("top_k", "must be -1 (all tokens) or more, found \(values.topK)") }
        try range("min_p", values.minP, 0...1)
        guard values.repetitionPenalty > 0, values.repetitionPenalty.isFinite else {
            throw invalid("repetition_penalty", "must be finite and above 0, found \(values.repetitionPenalty)")
        }
        try range("presence_penalty", values.presencePenalty, -2...2)
        try range("frequency_penalty", values.frequencyPenalty, -2...2)
        if let maxTokens, maxTokens < 1 { throw invalid("max_tokens", "must be at least 1, found \(maxTokens)") }
    }

    private static func range(
        _ name: String, _ value: Double, _ range: ClosedRange<Double>
    ) throws(LLMError) {
        guard range.contains(value) else {
            throw invalid(name, "must be in [\(Int(range.lowerBound)), \(Int(range.upperBound))], found \(value)")
        }
    }

    static func invalid(_ param: String, _ message: String) -> LLMError {
        .invalidRequest(param: param, message: message)
    }
}
