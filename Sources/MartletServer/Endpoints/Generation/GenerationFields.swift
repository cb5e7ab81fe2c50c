import Martlet
import MartletJSON

/// The request fields chat and text completions share.
struct GenerationFields: Sendable {
    var model: String?
    var stream = false
    /// A last chunk with the usage.
    var includeUsage = false
    /// Usage in every chunk.
    var continuousUsage = false
    /// Everything but the prompt.
    var template = GenerationRequest(prompt: .tokenIDs([]))
    var requestID: String?
    var returnTokenIDs = false
    /// Answer with a header that tells what was sampled with, and why.
    var returnSamplingParameters = false
    /// Log-probabilities name tokens `token_id:N`.
    var tokensAsIDs = false
    /// Keep only the last tokens of the prompt; -1: as many as the model takes.
    var truncatePromptTokens: Int?
    var echo = false
    var addSpecialTokens: Bool?

    init(_ reader: inout FieldReader, limits: ServerConfiguration.Limits) throws(APIError) {
        model = try reader.string("model")
        try readStreaming(&reader)
        try readStopping(&reader, limits: limits)
        template.sampling = try SamplingOverrides(&reader)
        template.n = try reader.integer("n", in: 1...limits.maxSequences) ?? 1
        template.skipSpecialTokens = try reader.bool("skip_special_tokens")
        template.promptLogprobs = try reader.integer("prompt_logprobs", in: 0...limits.maxLogprobs)
        template.priority = try reader.integer("priority") ?? 0
        template.cacheSalt = try reader.string("cache_salt")
        guard template.cacheSalt != "" else {
            throw .badRequest("`cache_salt` must not be empty", param: "cache_salt", code: "invalid_value")
        }
        guard !(stream && template.promptLogprobs != nil) else {
            throw .badRequest("`prompt_logprobs` cannot be streamed", param: "prompt_logprobs", code: "invalid_value")
        }
        requestID = try reader.string("request_id")
        if let requestID, !RequestIdentifier.isValid(requestID) {
            throw .badRequest(
                "`request_id` must be 1 to 256 printable ASCII characters", param: "request_id", code: "invalid_value")
        }
        returnTokenIDs = try reader.bool("return_token_ids") ?? false
        returnSamplingParameters = try reader.bool("return_sampling_params") ?? false
        tokensAsIDs = try reader.bool("return_tokens_as_token_ids") ?? false
        truncatePromptTokens = try reader.integer("truncate_prompt_tokens", in: -1 ... .max)
        echo = try reader.bool("echo") ?? false
        addSpecialTokens = try reader.bool("add_special_tokens")
        let structured = try StructuredOutputFields(&reader)
        template.structuredOutput = structured.output
        ignoredOptions += structured.ignored
        try refuseUnsupported(&reader, n: template.n)
        reader.acceptQuietly(
            "user", "metadata", "store", "service_tier", "safety_identifier",
            "prompt_cache_key", "prompt_cache_retention", "session_id")
    }

    private mutating func readStreaming(_ reader: inout FieldReader) throws(APIError) {
        stream = try reader.bool("stream") ?? false
        guard let options = try reader.object("stream_options") else { return }
        guard stream else {
            throw .badRequest(
                "`stream_options` needs `stream` to be true", param: "stream_options", code: "invalid_value")
        }
        var optionReader = FieldReader(options, path: "stream_options")
        includeUsage = try optionReader.bool("include_usage") ?? false
        continuousUsage = try optionReader.bool("continuous_usage_stats") ?? false
        // Padding against traffic analysis; this server never pads.
        try optionReader.refuse("include_obfuscation", accepted: "false") { $0 == false }
        ignoredOptions += optionReader.unread
    }

    /// Members of `stream_options`, `response_format` and `structured_outputs` this server does not know.
    private(set) var ignoredOptions: [String] = []

    private mutating func readStopping(
        _ reader: inout FieldReader, limits: ServerConfiguration.Limits
    ) throws(APIError) {
        template.stop = try reader.strings("stop") ?? []
        guard template.stop.count <= limits.maxStopStrings else {
            throw .badRequest(
                "`stop` may hold \(limits.maxStopStrings) strings, not \(template.stop.count)", param: "stop",
                code: "invalid_value")
        }
        guard !template.stop.contains("") else {
            throw .badRequest("`stop` must not contain an empty string", param: "stop", code: "invalid_value")
        }
        template.includeStopStringInOutput = try reader.bool("include_stop_str_in_output") ?? false
    }
}
