import Martlet
import MartletJSON

/// `POST /v1/completions`, decoded.
struct CompletionRequest: Sendable {
    /// OpenAI's default for this endpoint.
    private static let defaultMaxTokens = 16

    var fields: GenerationFields
    var prompts: [GenerationRequest.Prompt]
    /// `max_tokens: 0` with `echo`: the prompt is wanted, nothing else.
    var echoesOnly = false
    /// Members nobody here knows.
    var ignored: [String]

    init(_ object: JSONObject, limits: ServerConfiguration.Limits) throws(APIError) {
        var reader = FieldReader(object)
        fields = try GenerationFields(&reader, limits: limits)
        prompts = try Self.prompts(&reader, limit: limits.maxPrompts)
        fields.template.addSpecialTokens = fields.addSpecialTokens ?? true
        fields.template.logprobs = try reader.integer("logprobs", in: 0...limits.maxLogprobs)
        if fields.echo, fields.template.promptLogprobs == nil {
            fields.template.promptLogprobs = fields.template.logprobs
        }
        let maxTokens = fields.template.sampling.maxTokens ?? Self.defaultMaxTokens
        echoesOnly = fields.echo && maxTokens == 0
        fields.template.sampling.maxTokens = echoesOnly ? 1 : maxTokens
        try reader.refuse("suffix", accepted: "null or \"\"") { $0 == "" }
        try Self.check(prompts.count * fields.template.n, limit: limits.maxSequences)
        ignored = reader.unread + fields.ignoredOptions
    }

    private static func check(_ sequences: Int, limit: Int) throws(APIError) {
        guard sequences <= limit else {
            throw .badRequest(
                "the prompts times `n` make \(sequences) outputs; at most \(limit) are served", param: "n",
                code: "invalid_value")
        }
    }

    private static func prompts(
        _ reader: inout FieldReader, limit: Int
    ) throws(APIError) -> [GenerationRequest.Prompt] {
        guard let value = reader.value("prompt") else {
            throw .badRequest("`prompt` is required", param: "prompt", code: "missing_required_parameter")
        }
        let prompts = try prompts(value)
        guard !prompts.isEmpty, prompts.count <= limit else {
            throw .badRequest(
                "`prompt` must hold 1 to \(limit) prompts, not \(prompts.count)", param: "prompt", code: "invalid_value"
            )
        }
        return prompts
    }

    private static func prompts(_ value: JSONValue) throws(APIError) -> [GenerationRequest.Prompt] {
        if let text = value.stringValue { return [.text(text)] }
        guard case .array(let elements) = value else { throw wrongType(value) }
        if case .integer? = elements.first {
            return [.tokenIDs(try FieldReader.tokenIDs(elements, param: "prompt"))]
        }
        var prompts: [GenerationRequest.Prompt] = []
        for element in elements {
            switch element {
            case .string(let text): prompts.append(.text(text))
            case .array(let ids):
                guard !ids.isEmpty else { throw wrongType(element) }
                prompts.append(.tokenIDs(try FieldReader.tokenIDs(ids, param: "prompt")))
            default: throw wrongType(element)
            }
        }
        return prompts
    }

    private static func wrongType(_ value: JSONValue) -> APIError {
        .badRequest(
            "`prompt` must be a string, an array of strings, a non-empty array of token ids or an array of those; "
                + "found \(value.kindName)", param: "prompt", code: "invalid_type")
    }
}
