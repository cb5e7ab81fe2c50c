import Testing

@testable import Martlet

@Suite struct TranscriptionFormatTests {
    struct Fixture: Decodable {
        struct Word: Decodable {
            var word: String
            var start, end, probability: Double
        }

        struct Segment: Decodable {
            var id, seek: Int
            var start, end: Double
            var text: String
            var tokens: [Int32]
            var temperature: Float
            var avg_logprob, compression_ratio, no_speech_prob: Double
            var words: [Word]?
        }

        struct Result: Decodable {
            var segments: [Segment]
            var language: String
        }

        struct Case: Decodable {
            var result: Result
            var txt, vtt, srt, tsv, json: String
        }

        var cases: [Case]
    }

    @Test func `Every format is openai-whisper's byte for byte`() throws {
        for fields in try TranscriptionFixtures.load("formats", as: Fixture.self).cases {
            let segments = fields.result.segments.map { segment in
                TranscriptionSegment(
                    id: segment.id, seek: segment.seek, start: segment.start, end: segment.end, text: segment.text,
                    tokens: segment.tokens, temperature: segment.temperature, avgLogprob: segment.avg_logprob,
                    compressionRatio: segment.compression_ratio, noSpeechProb: segment.no_speech_prob,
                    words: segment.words?.map {
                        TranscriptionWord(word: $0.word, start: $0.start, end: $0.end, probability: $0.probability)
                    })
            }
            let transcription = Transcription(
                segments: segments, summary: TranscriptionSummary(duration: 1, language: fields.result.language))
            let expected = [fields.txt, fields.vtt, fields.srt, fields.tsv, fields.json]
            for (format, text) in zip(TranscriptionFormat.allCases, expected) {
                #expect(Array(format.text(of: transcription).utf8) == Array(text.utf8), "\(format)")
            }
        }
    }
}
