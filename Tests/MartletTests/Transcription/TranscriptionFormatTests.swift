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

    @Test func `Segments without words keep their text beside those with words, and an empty one has no cue`() {
        let segments = [
            TranscriptionSegment(
                id: 0, seek: 0, start: 0, end: 2, text: " one",
                words: [TranscriptionWord(word: " one", start: 0.5, end: 1, probability: 1)]),
            TranscriptionSegment(id: 1, seek: 0, start: 2, end: 3, text: " two", words: []),
            TranscriptionSegment(id: 2, seek: 0, start: 3, end: 4, text: " three"),
            TranscriptionSegment(id: 3, seek: 0, start: 4, end: 5, text: " ", words: []),
        ]
        let expected = [
            SubtitleCue(start: 0.5, end: 1, text: "one"), SubtitleCue(start: 2, end: 3, text: "two"),
            SubtitleCue(start: 3, end: 4, text: "three"),
        ]
        #expect(SubtitleCue.cues(of: segments) == expected)
    }

    @Test func `Blank lines of a text end no cue, and line breaks no row`() {
        let segment = TranscriptionSegment(id: 0, seek: 0, start: 0, end: 1, text: " a\n\n \r\nb --> c\rd ")
        #expect(SubtitleCue.cues(of: [segment]).map(\.text) == ["a\nb -> c\nd"])
        let row = "start\tend\ttext\n0\t1000\ta b --> c d\n"
        #expect(SubtitleWriter.tsv([segment]).split(separator: " ").joined(separator: " ") == row)
    }
}
