import Testing

@testable import Martlet

@Suite struct DecoderPromptTests {
    struct Fixture: Decodable {
        struct Case: Decodable {
            var multilingual: Bool
            var language, task: String
            var tokens: [Int32]
            var timestamps: Bool
            var start: Int
            var previous: [Int32]

            enum CodingKeys: CodingKey { case multilingual, language, task, tokens, timestamps, start, previous }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                multilingual = try container.decode(Bool.self, forKey: .multilingual)
                language = try container.decode(String.self, forKey: .language)
                task = try container.decode(String.self, forKey: .task)
                tokens = try container.decode([Int32].self, forKey: .tokens)
                timestamps = try container.decode(Bool.self, forKey: .timestamps)
                start = try container.decode(Int.self, forKey: .start)
                // First and last of ascending ids; 0 for none.
                let ends = (try? container.decode([Int32].self, forKey: .previous)) ?? []
                previous = ends.count == 2 ? Array(ends[0]...ends[1]) : []
            }
        }

        struct Suppressed: Decodable {
            var asked: [Int32]
            var tokens: [Int32]
        }

        struct Language: Decodable {
            var code: String
            var id: Int32

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                code = try container.decode(String.self)
                id = try container.decode(Int32.self)
            }
        }

        var cases: [Case]
        var non_speech: [Int32]
        var suppressed: [Suppressed]
        var special, special_english: [String: Int32]
        var languages: [Language]
    }

    private let fixture: Fixture

    init() throws { fixture = try TranscriptionFixtures.load("prompts", as: Fixture.self) }

    private func tokens(_ special: [String: Int32], isMultilingual: Bool) throws -> WhisperTokens {
        WhisperTokens(
            endOfText: try #require(special["eot"]), startOfTranscript: try #require(special["sot"]),
            translate: special["translate"], transcribe: special["transcribe"], startOfLM: special["sot_lm"],
            startOfPrev: special["sot_prev"], noSpeech: special["no_speech"],
            noTimestamps: try #require(special["no_timestamps"]),
            timestampBegin: try #require(special["timestamp_begin"]), vocabSize: isMultilingual ? 51865 : 51864,
            languages: isMultilingual ? fixture.languages.map { .init(code: $0.code, id: $0.id) } : [],
            nonSpeech: fixture.non_speech)
    }

    @Test func `Prompts are those of openai-whisper`() throws {
        for fields in fixture.cases {
            let tokens = try tokens(
                fields.multilingual ? fixture.special : fixture.special_english, isMultilingual: fields.multilingual)
            let prompt = DecoderPrompt(
                tokens, language: fields.language, task: fields.task == "translate" ? .translate : .transcribe,
                hasTimestamps: fields.timestamps, previous: fields.previous[...], context: 448)
            #expect(prompt.tokenIDs == fields.tokens)
            #expect(prompt.startPosition == fields.start)
        }
    }

    @Test func `Hotwords stand before the previous text and leave it the rest of half the context`() {
        func prompt(_ hotwords: Range<Int32>, _ previous: Range<Int32>) -> [Int32] {
            DecoderPrompt(
                .multilingual, language: "en", task: .transcribe, hasTimestamps: true, hotwords: Array(hotwords),
                previous: Array(previous)[...], context: 20
            ).previous
        }
        #expect(prompt(0..<0, 0..<0) == [])
        #expect(prompt(0..<3, 10..<13) == [50361, 0, 1, 2, 10, 11, 12])
        #expect(prompt(0..<3, 10..<30) == [50361, 0, 1, 2, 24, 25, 26, 27, 28, 29])
        #expect(prompt(0..<30, 40..<50) == [50361] + Array(0..<9))
    }

    @Test func `Suppressed tokens are those of openai-whisper`() throws {
        let tokens = try tokens(fixture.special, isMultilingual: true)
        for fields in fixture.suppressed { #expect(tokens.suppressedTokens(fields.asked) == fields.tokens) }
    }

    @Test func `Languages go by code, name and other names`() throws {
        let tokens = try tokens(fixture.special, isMultilingual: true)
        #expect(tokens.supportedLanguages.count == 99)
        #expect(tokens.supportedLanguages[2] == TranscriptionLanguage(code: "de", name: "german"))
        var options = TranscriptionOptions()
        #expect(try tokens.language(for: options) == nil)
        for (asked, code) in [("de", "de"), ("German", "de"), ("castilian", "es"), ("EN", "en"), ("Mandarin", "zh")] {
            options.language = asked
            #expect(try tokens.language(for: options) == code)
        }
        for asked in ["yue", "klingon", ""] {
            options.language = asked
            #expect(throws: LLMError.self) { try tokens.language(for: options) }
        }
        let english = try self.tokens(fixture.special_english, isMultilingual: false)
        options.language = nil
        #expect(try english.language(for: options) == "en")
        options.language = "de"
        #expect(throws: LLMError.self) { try english.language(for: options) }
        options.language = nil
        options.task = .translate
        #expect(throws: LLMError.self) { try english.language(for: options) }
    }
}
