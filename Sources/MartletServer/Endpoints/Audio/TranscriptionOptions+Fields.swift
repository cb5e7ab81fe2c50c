import Martlet
import MartletJSON

extension TranscriptionOptions {
    /// Reads what is said and how it is written; names as OpenAI's, vLLM's and openai-whisper's.
    mutating func readSpeech(_ reader: inout FormReader) throws(APIError) {
        language = try reader.string("language")
        initialPrompt = try reader.oneOf("prompt", "initial_prompt") { reader, key throws(APIError) in
            try reader.string(key)
        }
        let keywords = try reader.strings("keywords")
        hotwords = try reader.string("hotwords") ?? (keywords.isEmpty ? nil : keywords.joined(separator: ", "))
        conditionOnPreviousText = try reader.bool("condition_on_previous_text") ?? conditionOnPreviousText
        timestamps = !(try reader.bool("without_timestamps") ?? false)
        wordTimestamps = try reader.bool("word_timestamps") ?? false
        if let latest = try reader.optionalNumber("max_initial_timestamp") {
            try Self.check(latest, "max_initial_timestamp", in: 0...30)
            maxInitialTimestamp = latest
        }
        suppressBlank = try reader.bool("suppress_blank") ?? suppressBlank
        suppressTokens = try Self.tokenIDs(&reader, "suppress_tokens")
    }

    /// Reads how tokens are chosen, and when the next temperature is tried.
    mutating func readDecoding(_ reader: inout FormReader) throws(APIError) {
        if let (values, isList) = try reader.numbers("temperature", in: 0...2) {
            // OpenAI's 0 stands for as low as the text gets good at; a list is taken as it is.
            if isList || values[0] > 0 { temperatures = values.map { Float($0) } }
        }
        bestOf = try reader.integer("best_of", in: 1...Self.maxBestOf) ?? bestOf
        if let threshold = try reader.optionalNumber("compression_ratio_threshold") {
            compressionRatioThreshold = threshold
        }
        let logprob = try reader.oneOf("logprob_threshold", "log_prob_threshold") { reader, key throws(APIError) in
            try reader.optionalNumber(key)
        }
        if let logprob { logprobThreshold = logprob }
        if let threshold = try reader.optionalNumber("no_speech_threshold") { noSpeechThreshold = threshold }
        topP = Float(try reader.number("top_p", in: 0...1) ?? 1)
        topK = max(0, try reader.integer("top_k", in: -1 ... .max) ?? 0)
        minP = Float(try reader.number("min_p", in: 0...1) ?? 0)
        repetitionPenalty = Float(try reader.number("repetition_penalty", in: 0...1000) ?? 1)
        presencePenalty = Float(try reader.number("presence_penalty", in: -2...2) ?? 0)
        frequencyPenalty = Float(try reader.number("frequency_penalty", in: -2...2) ?? 0)
        for (key, value) in [("top_p", topP), ("repetition_penalty", repetitionPenalty)] where value <= 0 {
            throw .badRequest("`\(key)` must be larger than 0", param: key, code: "invalid_value")
        }
        seed = try reader.integer("seed", in: .min ... .max).map { UInt64(bitPattern: Int64($0)) }
        maxTokensPerWindow = try reader.integer("max_completion_tokens", in: 1 ... .max)
    }

    /// Reads what counts as silence: faster-whisper's `vad_filter`, and OpenAI's `chunking_strategy` as `auto`, as a
    /// JSON object or as fields `chunking_strategy[member]`.
    mutating func readVoiceActivity(_ reader: inout FormReader) throws(APIError) {
        vadFilter = try reader.bool("vad_filter") ?? vadFilter
        var members = reader.members(of: "chunking_strategy")
        if let text = try reader.string("chunking_strategy"), text != "auto" {
            guard let object = (try? JSONReader.parse(text, maxDepth: 4))?.objectValue else {
                throw .badRequest(
                    "`chunking_strategy` must be auto or an object of type server_vad, not '\(text.prefix(100))'",
                    param: "chunking_strategy", code: "invalid_value")
            }
            members += object.map { key, value in
                MultipartForm.Field(name: key, value: value.stringValue ?? JSONWriter.string(value))
            }
        }
        guard !members.isEmpty else { return }
        var strategy = FormReader(members)
        try strategy.refuse("type", accepted: "server_vad") { $0 == "server_vad" }
        guard strategy.has("type") else {
            throw .badRequest(
                "`chunking_strategy.type` is required: server_vad", param: "chunking_strategy.type",
                code: "missing_required_parameter")
        }
        vadFilter = true
        vadThreshold = try strategy.number("threshold", in: 0...1).map { Float($0) }
        vadMinSilenceDuration = try strategy.number("silence_duration_ms", in: 0...30_000).map { $0 / 1000 }
        vadSpeechPad = try strategy.number("prefix_padding_ms", in: 0...30_000).map { $0 / 1000 }
        if let other = strategy.unread.first {
            throw .notSupported(
                "chunking_strategy.\(other)", accepted: "type, threshold, silence_duration_ms and prefix_padding_ms")
        }
    }

    private static let maxBestOf = 32
    private static let maxSuppressedTokens = 1 << 16

    private static func check(_ number: Double?, _ key: String, in range: ClosedRange<Double>) throws(APIError) {
        if let number, !range.contains(number) {
            throw .badRequest(
                "`\(key)` must be from \(range.lowerBound) to \(range.upperBound), not \(number)", param: key,
                code: "invalid_value")
        }
    }

    /// `-1` and token ids: `1,2`, `[1,2]` or repeated fields.
    private static func tokenIDs(_ reader: inout FormReader, _ key: String) throws(APIError) -> [Int32]? {
        guard reader.has(key) || reader.has(key + "[]") else { return nil }
        var ids: [Int32] = []
        for text in try reader.strings(key).flatMap({ $0.split(separator: ",") }) {
            guard let id = Int32(text.trimmingBlanks), id >= -1, ids.count < maxSuppressedTokens else {
                throw .badRequest(
                    "`\(key)` must be made of token ids, integers from 0, or -1 for the model's own list", param: key,
                    code: "invalid_value")
            }
            ids.append(id)
        }
        return ids
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String { filter { $0 != " " } }
}

extension FormReader {
    /// A field that has two names, of which only one may be sent.
    fileprivate mutating func oneOf<Value>(
        _ first: String, _ second: String, _ get: (inout FormReader, String) throws(APIError) -> Value?
    ) throws(APIError) -> Value? {
        let values = (try get(&self, first), try get(&self, second))
        guard values.0 == nil || values.1 == nil else {
            throw .badRequest(
                "`\(second)` is another name of `\(first)`; send one", param: second, code: "invalid_value")
        }
        return values.0 ?? values.1
    }

    /// Fields with a meaning this server does not implement; a neutral value passes.
    mutating func refuseUnsupportedTranscriptionFields() throws(APIError) {
        for key in ["n", "beam_size", "length_penalty", "patience"] {
            try refuse(key, accepted: "1") { Double($0) == 1 }
        }
        for key in ["no_repeat_ngram_size", "language_detection_threshold", "hallucination_silence_threshold"] {
            try refuse(key, accepted: "none") { ["none", "null"].contains($0) || (key.hasPrefix("no_") && $0 == "0") }
        }
        for key in ["include_stop_str_in_output", "watermarking", "multilingual"] {
            try refuse(key, accepted: "false") { ["false", "0"].contains($0) }
        }
        try refuse("clip_timestamps", accepted: "0") { Double($0) == 0 }
        try refuse("vllm_xargs", accepted: "{}") { $0 == "{}" }
        for key in ["include", "languages", "known_speaker_names", "known_speaker_references", "prefix"] {
            try refuse(key)
        }
        acceptQuietly("user")
    }
}
