import Testing

@testable import Martlet

@Suite struct WordTokensTests {
    struct Fixture: Decodable {
        struct Case: Decodable {
            var language: String
            var tokens: [Int32]
            var words: [String]
            var word_tokens: [[Int32]]
        }

        var bytes: [String: String]
        var eot: Int32
        var cases: [Case]
    }

    @Test func `Words are those of openai-whisper in all sorts of languages`() throws {
        let fixture = try TranscriptionFixtures.load("words", as: Fixture.self)
        let bytes = TranscriptionFixtures.bytes(fixture.bytes)
        for fields in fixture.cases {
            let words = WordTokens.split(
                fields.tokens, language: fields.language, endOfText: fixture.eot, bytes: bytes)
            #expect(words.map(\.word) == fields.words)
            #expect(words.map(\.tokens) == fields.word_tokens)
        }
    }
}
