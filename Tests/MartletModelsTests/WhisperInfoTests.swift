import MartletJSON
import MartletModelIR
import MartletModels
import Testing

/// What decoding has to know, see Scripts/goldens/make_whisper_tokenizer.py.
@Suite struct WhisperInfoTests {
    private let cases: JSONValue
    private let added: JSONObject
    private let vocabSize: Int

    init() throws {
        cases = try Self.json("cases.json")
        added = try #require(try Self.json("added_tokens.json").objectValue)
        vocabSize = try #require(cases["vocabSize"]?.intValue)
    }

    private static func json(_ name: String) throws -> JSONValue {
        try JSONReader.parse(Fixture.bytes("whisper_tokenizer/\(name)"))
    }

    /// Ids of the small vocabulary, and of texts that the fixture has.
    private func info(
        config: String = "", generation: String? = nil, preprocessor: String? = nil,
        without missing: Set<String> = [], moved: [String: Int32] = [:]
    ) throws -> WhisperInfo {
        let members = "\"architectures\": [\"WhisperForConditionalGeneration\"], \"vocab_size\": \(vocabSize)"
        let json = try #require(try JSONReader.parse("{\(members)\(config.isEmpty ? "" : ", ")\(config)}").objectValue)
        func object(_ text: String?) throws -> JSONObject? {
            try text.flatMap { try JSONReader.parse("{\($0)}").objectValue }
        }
        return try WhisperInfo(
            config: ModelConfig(json: json, origin: "config.json"), generationConfig: object(generation),
            preprocessorConfig: object(preprocessor),
            tokenID: { [added] token in
                missing.contains(token) ? nil : moved[token] ?? added[token]?.intValue.map { Int32($0) }
            }, encode: { _ in [7] })
    }

    private func expected(_ key: String) throws -> Int32 { Int32(try #require(cases[key]?.intValue)) }

    @Test("ids are those of openai-whisper")
    func tokens() throws {
        let info = try info()
        #expect(info.endOfText == (try expected("endOfText")))
        #expect(info.startOfTranscript == (try expected("startOfTranscript")))
        #expect(info.startOfPrevious == (try expected("startOfPrevious")))
        #expect(info.startOfLM == (try expected("startOfLM")))
        #expect(info.noSpeech == (try expected("noSpeech")))
        #expect(info.transcribe == (try expected("transcribe")))
        #expect(info.translate == (try expected("translate")))
        #expect(info.noTimestamps == (try expected("noTimestamps")))
        #expect(info.firstTimestamp == (try expected("firstTimestamp")))
        #expect(info.lastTimestamp == info.firstTimestamp + 1500)
        #expect(info.isTimestamp(info.firstTimestamp) && !info.isTimestamp(info.noTimestamps))
        #expect(info.seconds(info.lastTimestamp) == 30)
        let languages = try #require(cases["languages"]?.objectValue)
        #expect(info.languages.count == 100 && info.languages.count == languages.count)
        for (code, id) in languages {
            #expect(info.languageToken(code) == id.intValue.map { Int32($0) })
            #expect(info.language(of: Int32(try #require(id.intValue)))?.code == code)
        }
        #expect(!info.isMultilingual)
        #expect(try self.info(generation: "\"is_multilingual\": true").isMultilingual)
        #expect(info.framesPerWindow == 3000 && info.numMelBins == 80 && info.maxTargetPositions == 448)
    }

    @Test("languages are found by code, name and other names")
    func languages() throws {
        let names = try #require(cases["names"]?.objectValue)
        #expect(names.count > 110)
        for (name, code) in names { #expect(WhisperLanguage.find(name)?.code == code.stringValue, "\(name)") }
        for language in WhisperLanguage.all { #expect(WhisperLanguage.find(language.code) == language) }
        #expect(WhisperLanguage.find("Cantonese")?.code == "yue" && WhisperLanguage.find("EN")?.name == "english")
        #expect(WhisperLanguage.find("klingon") == nil && WhisperLanguage.find("") == nil)
    }

    @Test("what is suppressed comes from the configuration, else is what openai-whisper takes")
    func suppressed() throws {
        let usual = try info()
        let markers = [
            usual.transcribe, usual.translate, usual.startOfTranscript, usual.startOfPrevious, usual.startOfLM,
            usual.noSpeech,
        ]
        #expect(usual.nonSpeechTokens == [7])
        #expect(usual.suppressTokens == [7] + markers.sorted())
        #expect(usual.beginSuppressTokens == [7, usual.endOfText])
        #expect(usual.maxInitialTimestampIndex == 50)
        let named = try info(
            generation:
                "\"suppress_tokens\": [5, 3], \"begin_suppress_tokens\": [1], \"max_initial_timestamp_index\": 1")
        #expect(named.suppressTokens == [3, 5] && named.beginSuppressTokens == [1])
        #expect(named.maxInitialTimestampIndex == 1)
        #expect(try info(generation: "\"suppress_tokens\": [-1, 3]").suppressTokens == [3, 7] + markers.sorted())
        #expect(try info(generation: "\"suppress_tokens\": []").suppressTokens.isEmpty)
        #expect(try info(config: "\"suppress_tokens\": [9]").suppressTokens == [9])
    }

    @Test("older vocabularies have no timestamps and another name for silence")
    func olderVocabularies() throws {
        let plain = try info()
        let old = try info(
            without: ["<|0.00|>", "<|nospeech|>"], moved: ["<|nocaptions|>": plain.noSpeech])
        #expect(old.firstTimestamp == plain.firstTimestamp && old.noSpeech == plain.noSpeech)
    }

    @Test("alignment heads are in the order in which their weights are written")
    func alignmentHeads() throws {
        let named = try info(config: "\"alignment_heads\": [[3, 1], [0, 5], [3, 0]]").alignmentHeads
        #expect(named.map { [$0.layer, $0.head] } == [[0, 5], [3, 0], [3, 1]])
        #expect(try info().alignmentHeads.count == 12)
    }

    @Test(
        "contradictions are told by key",
        arguments: [
            ("eos_token_id", "\"eos_token_id\": 3"), ("decoder_start_token_id", "\"decoder_start_token_id\": 3"),
            ("no_timestamps_token_id", "\"no_timestamps_token_id\": 3"),
            ("lang_to_id", "\"lang_to_id\": {\"<|de|>\": 3}"), ("suppress_tokens", "\"suppress_tokens\": [99999]"),
            ("suppress_tokens", "\"suppress_tokens\": [\"a\"]"), ("is_multilingual", "\"is_multilingual\": 1"),
            ("max_initial_timestamp_index", "\"max_initial_timestamp_index\": -1"),
        ])
    func contradictions(_ key: String, _ generation: String) throws {
        let error = #expect(throws: ModelError.self) { _ = try info(generation: generation) }
        #expect(error?.key == key, "\(error?.description ?? "")")
    }

    @Test("a vocabulary that is not Whisper's, or not this model's, is refused")
    func vocabularies() throws {
        var error = #expect(throws: ModelError.self) { _ = try info(without: ["<|startofprev|>"]) }
        #expect(error?.message.contains("<|startofprev|>") == true)
        error = #expect(throws: ModelError.self) { _ = try info(moved: ["<|translate|>": 99_999]) }
        #expect(error?.key == "vocab_size")
        error = #expect(throws: ModelError.self) { _ = try info(moved: ["<|0.00|>": 5]) }
        #expect(error?.message.contains("behind <|notimestamps|>") == true)
        error = #expect(throws: ModelError.self) { _ = try info(preprocessor: "\"feature_size\": 128") }
        #expect(error?.key == "feature_size")
        error = #expect(throws: ModelError.self) { _ = try info(preprocessor: "\"sampling_rate\": 8000") }
        #expect(error?.key == "sampling_rate")
        _ = try info(preprocessor: "\"feature_size\": 80, \"sampling_rate\": 16000, \"chunk_length\": 30")
    }
}
