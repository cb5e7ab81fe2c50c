public import MartletJSON
public import MartletModelIR

/// Everything decoding has to know of a Whisper checkpoint.
public struct WhisperInfo: Sendable {
    /// Seconds between timestamps.
    public static let timePrecision = 0.02
    /// Frames of the spectrogram in a second.
    public static let framesPerSecond = 100
    /// The last timestamp, `<|30.00|>`, counted from `<|0.00|>`.
    static let lastTimestampIndex: Int32 = 1500

    /// Bins of the spectrogram.
    public let numMelBins: Int
    /// Columns of the logits.
    public let vocabSize: Int
    /// Positions of the encoder, two frames each.
    public let maxSourcePositions: Int
    /// Positions of the decoder: prompt and transcription together.
    public let maxTargetPositions: Int
    /// Whether there are languages and tasks to choose from.
    public let isMultilingual: Bool

    /// `<|endoftext|>`.
    public let endOfText: Int32
    /// `<|startoftranscript|>`.
    public let startOfTranscript: Int32
    /// `<|startofprev|>`: text before the window follows.
    public let startOfPrevious: Int32
    /// `<|startoflm|>`.
    public let startOfLM: Int32
    /// `<|nospeech|>`, in some checkpoints `<|nocaptions|>`.
    public let noSpeech: Int32
    /// `<|transcribe|>`.
    public let transcribe: Int32
    /// `<|translate|>`.
    public let translate: Int32
    /// `<|notimestamps|>`.
    public let noTimestamps: Int32
    /// `<|0.00|>`.
    public let firstTimestamp: Int32
    /// The highest timestamp there is a logit for.
    public let lastTimestamp: Int32
    /// The languages and their tokens, in the order of the tokens.
    public let languages: [(language: WhisperLanguage, id: Int32)]

    /// Tokens that are not spoken: speaker tags, annotations, notes.
    public let nonSpeechTokens: [Int32]
    /// Tokens that are never sampled.
    public let suppressTokens: [Int32]
    /// Tokens that are not sampled first.
    public let beginSuppressTokens: [Int32]
    /// The highest first timestamp, counted from `firstTimestamp`.
    public let maxInitialTimestampIndex: Int

    /// Layer and head of the cross attentions that follow the audio, in the order of `InputBatch.crossWeights`.
    public let alignmentHeads: [(layer: Int, head: Int)]
    /// Width of the median filter over their weights.
    public let medianFilterWidth: Int

    /// Frames of the spectrogram in one window.
    public var framesPerWindow: Int { Whisper.framesPerPosition * maxSourcePositions }

    /// The token of a language's code, or nil.
    public func languageToken(_ code: String) -> Int32? { languages.first { $0.language.code == code }?.id }

    /// The language of a token, or nil.
    public func language(of token: Int32) -> WhisperLanguage? { languages.first { $0.id == token }?.language }

    /// Whether a token is a timestamp.
    public func isTimestamp(_ token: Int32) -> Bool { (firstTimestamp...lastTimestamp).contains(token) }

    /// The seconds of a timestamp token.
    public func seconds(_ timestamp: Int32) -> Double { Double(timestamp - firstTimestamp) * Self.timePrecision }

    /// Puts together what the parts of a checkpoint say.
    ///
    /// **Throws** where they contradict each other, or the vocabulary lacks a token that decoding needs.
    ///
    /// - Parameters:
    ///   - tokenID: The id of a special token by its spelling, nil if the tokenizer has none.
    ///   - encode: The ids of plain text, without anything around it.
    ///
    /// **Source** openai-whisper `tokenizer.py`, `decoding.py`; transformers `generation_whisper.py`.
    public init(
        config: ModelConfig, generationConfig: JSONObject?, preprocessorConfig: JSONObject?,
        tokenID: @escaping (String) -> Int32?, encode: (String) -> [Int32]
    ) throws(ModelError) {
        let shape = try WhisperShape(config: config)
        try Self.check(preprocessorConfig, shape, config)
        let settings = WhisperSettings(config: config, generationConfig: generationConfig)
        numMelBins = shape.numMelBins
        vocabSize = shape.vocabSize
        maxSourcePositions = shape.maxSourcePositions
        maxTargetPositions = shape.maxTargetPositions
        isMultilingual = try settings.bool("is_multilingual") ?? (shape.vocabSize >= 51_865)
        let tokens = WhisperTokens(settings: settings, vocabSize: shape.vocabSize, tokenID: tokenID)
        endOfText = try tokens.id("<|endoftext|>", saidBy: "eos_token_id")
        startOfTranscript = try tokens.id("<|startoftranscript|>", saidBy: "decoder_start_token_id")
        startOfPrevious = try tokens.id("<|startofprev|>")
        startOfLM = try tokens.id("<|startoflm|>")
        noSpeech = try tokens.id("<|nospeech|>", or: "<|nocaptions|>")
        transcribe = try tokens.id("<|transcribe|>")
        translate = try tokens.id("<|translate|>")
        noTimestamps = try tokens.id("<|notimestamps|>", saidBy: "no_timestamps_token_id")
        (firstTimestamp, lastTimestamp) = try tokens.timestamps(after: noTimestamps)
        languages = try tokens.languages()
        nonSpeechTokens = WhisperTokens.nonSpeech(encode)
        // Every special token but the end of text and timestamps, and what is not spoken.
        let markers = [transcribe, translate, startOfTranscript, startOfPrevious, startOfLM, noSpeech]
        let usual = nonSpeechTokens + markers
        let named = try settings.tokens("suppress_tokens", vocabSize: shape.vocabSize)
        // -1 stands for the usual ones.
        suppressTokens = Set(named.map { $0.contains(-1) ? $0.filter { $0 >= 0 } + usual : $0 } ?? usual).sorted()
        beginSuppressTokens =
            try settings.tokens("begin_suppress_tokens", vocabSize: shape.vocabSize)?.filter { $0 >= 0 }
            ?? encode(" ") + [endOfText]
        maxInitialTimestampIndex = try settings.int("max_initial_timestamp_index") ?? 50
        alignmentHeads = try shape.alignmentHeads(config).enumerated().flatMap { layer, heads in
            heads.map { (layer, $0) }
        }
        medianFilterWidth = try config.size("median_filter_width", default: 7)
    }

    /// The spectrogram is made one way only; a checkpoint that was trained on another is refused.
    private static func check(
        _ preprocessorConfig: JSONObject?, _ shape: WhisperShape, _ config: ModelConfig
    ) throws(ModelError) {
        let expected = [
            ("feature_size", shape.numMelBins), ("sampling_rate", 16_000), ("hop_length", 160), ("n_fft", 400),
        ]
        for (key, value) in expected {
            guard let found = preprocessorConfig?[key], !found.isNull, found.intValue != value else { continue }
            throw config.error(
                key, "preprocessor_config.json has \(JSONWriter.string(found)), expected \(value)")
        }
    }
}
