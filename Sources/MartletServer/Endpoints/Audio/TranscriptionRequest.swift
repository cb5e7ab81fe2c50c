import HTTPTypes
import Martlet

/// `POST /v1/audio/transcriptions` and `/v1/audio/translations`, decoded.
struct TranscriptionRequest: Sendable {
    var model: String?
    var format = TranscriptionResponseFormat.json
    var stream = false
    /// A last chunk with the usage.
    var includeUsage = false
    /// Usage in every chunk.
    var continuousUsage = false
    /// Whether `verbose_json` has segments.
    var includesSegments = true
    /// How speech becomes text.
    var options = TranscriptionOptions()
    /// Fields nobody here knows.
    var ignored: [String] = []

    // As they were sent, until the model is known.
    private var formatName = "json"
    private var toLanguage: String?
    private var granularities: [String] = []

    /// What the form says, but for what only the model can tell: see `check(on:)`. In the order vLLM checks it.
    init(_ form: MultipartForm, task: TranscriptionOptions.Task) throws(APIError) {
        var reader = FormReader(form.fields)
        guard !reader.has("file") else {
            throw APIError(
                status: .unprocessableContent, type: "invalid_request_error",
                message: "Expected 'file' to be a file-like object, not 'str'.", param: "file", code: "invalid_type")
        }
        guard form.file != nil else {
            throw .badRequest(
                "`file` is required: a part with a filename", param: "file", code: "missing_required_parameter")
        }
        options.task = task
        try readStreaming(&reader)
        model = try reader.string("model")
        formatName = try reader.string("response_format") ?? formatName
        try options.readSpeech(&reader)
        try options.readDecoding(&reader)
        try options.readVoiceActivity(&reader)
        try readGranularities(&reader)
        try reader.refuseUnsupportedTranscriptionFields()
        ignored = reader.unread + form.otherFiles
    }

    /// Checks what depends on the model.
    mutating func check(
        on model: ModelChoice<any TranscriptionServingEngine>.Model
    ) throws(APIError) {
        guard let format = TranscriptionResponseFormat(rawValue: formatName) else {
            guard formatName != "diarized_json" else {
                throw .badRequest(
                    "Currently do not support diarized_json for \(model.name)", param: "response_format",
                    code: "unsupported")
            }
            let names = TranscriptionResponseFormat.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw .badRequest(
                "Currently only support response_format: \(names); not '\(formatName.prefix(100))'",
                param: "response_format", code: "invalid_value")
        }
        guard !stream || format.streams else {
            throw .badRequest(
                "\(format.rawValue) format doesn't support streaming case; json and text do",
                param: "response_format", code: "invalid_value")
        }
        self.format = format
        try checkGranularities()
        options.language = try model.engine.languageCode(options.language, param: "language")
        guard let target = toLanguage else { return }
        let code = try model.engine.languageCode(target, param: "to_language")
        guard options.task == .translate ? code == "en" : code == options.language else {
            throw .notSupported(
                "to_language", accepted: options.task == .translate ? "en" : "the value of `language`")
        }
    }

    private mutating func readStreaming(_ reader: inout FormReader) throws(APIError) {
        stream = try reader.bool("stream") ?? false
        includeUsage = try reader.bool("stream_include_usage") ?? false
        continuousUsage = try reader.bool("stream_continuous_usage_stats") ?? false
        guard stream || !(includeUsage || continuousUsage) else {
            throw .badRequest(
                "Stream options can only be defined when `stream=True`.",
                param: includeUsage ? "stream_include_usage" : "stream_continuous_usage_stats", code: "invalid_value")
        }
        try reader.refuse("use_beam_search", accepted: "false") { ["false", "0"].contains($0) }
    }

    private mutating func readGranularities(_ reader: inout FormReader) throws(APIError) {
        toLanguage = try reader.string("to_language")
        granularities = try reader.strings("timestamp_granularities")
        for name in granularities where name != "word" && name != "segment" {
            throw .badRequest(
                "`timestamp_granularities[]` must be word or segment, not '\(name.prefix(100))'",
                param: "timestamp_granularities[]", code: "invalid_value")
        }
    }

    private mutating func checkGranularities() throws(APIError) {
        guard !granularities.isEmpty else { return }
        guard format == .verboseJSON else {
            throw .badRequest(
                "`timestamp_granularities[]` needs `response_format` to be verbose_json",
                param: "timestamp_granularities[]", code: "invalid_value")
        }
        includesSegments = granularities.contains("segment")
        if granularities.contains("word") { options.wordTimestamps = true }
    }
}

extension TranscriptionServingEngine {
    /// The code of a language given as a code or an English name.
    ///
    /// **Throws** 400 listing the codes.
    fileprivate func languageCode(_ text: String?, param: String) throws(APIError) -> String? {
        guard let text else { return nil }
        guard let code = languageCode(of: text) else {
            throw .badRequest(
                "Unsupported language: '\(text.prefix(100))'.  Must be one of "
                    + "[\(languages.map { "'\($0.code)'" }.joined(separator: ", "))].", param: param,
                code: "unsupported_language")
        }
        return code
    }
}
