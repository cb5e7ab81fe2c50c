import MartletAudio
import Testing

@testable import Martlet

@Suite struct TranscriptionLoopTests {
    struct Fixture: Decodable {
        struct Options: Decodable {
            var temperature: [Float]
            var compression_ratio_threshold, logprob_threshold, no_speech_threshold: Double?
            var initial_prompt: String?
            var best_of: Int
        }

        struct Segment: Decodable {
            var seek: Int
            var start, end: Double
            var text: String
            var tokens: [Int32]
            var temperature: Float
            var avg_logprob, compression_ratio, no_speech_prob: Double
        }

        struct Case: Decodable {
            var samples: Int
            var options: Options
            var calls: [ReplayDecoder.Call]
            var segments: [Segment]
            var text: String
        }

        var bytes: [String: String]
        var prompts: [String: [Int32]]
        var cases: [Case]
    }

    @Test func `Segments, prompts, fallbacks and silence of a file are those of openai-whisper`() async throws {
        let fixture = try TranscriptionFixtures.load("loop", as: Fixture.self)
        let bytes = TranscriptionFixtures.bytes(fixture.bytes)
        for fields in fixture.cases {
            let decoder = ReplayDecoder(fields.calls, prompts: fixture.prompts, bytes: bytes)
            var options = TranscriptionOptions()
            options.conditionOnPreviousText = true
            options.vadFilter = false
            options.temperatures = fields.options.temperature
            options.compressionRatioThreshold = fields.options.compression_ratio_threshold
            options.logprobThreshold = fields.options.logprob_threshold
            options.noSpeechThreshold = fields.options.no_speech_threshold
            options.initialPrompt = fields.options.initial_prompt
            options.bestOf = fields.options.best_of
            let feed = AudioFeed(
                SampleArrayReader([Float](repeating: 0, count: fields.samples)), detector: nil, options: .init())
            let transcription = try await TranscriptionJob.start(
                decoder: decoder, options: options, language: "en", feed: feed, maxConcurrentWindows: 1
            ).collect()
            #expect(decoder.numCalls == fields.calls.count)
            expect(transcription.segments, equal: fields.segments)
            #expect(transcription.segments.map(\.text).joined() == fields.text)
            #expect(transcription.summary.duration == Double(fields.samples) / 16_000)
        }
    }

    private func expect(_ segments: [TranscriptionSegment], equal expected: [Fixture.Segment]) {
        #expect(segments.map(\.id) == Array(segments.indices))
        #expect(segments.map(\.seek) == expected.map(\.seek))
        #expect(segments.map(\.start) == expected.map(\.start))
        #expect(segments.map(\.end) == expected.map(\.end))
        #expect(segments.map(\.text) == expected.map(\.text))
        #expect(segments.map(\.tokens) == expected.map(\.tokens))
        #expect(segments.map(\.temperature) == expected.map(\.temperature))
        #expect(segments.map(\.avgLogprob) == expected.map(\.avg_logprob))
        #expect(segments.map(\.compressionRatio) == expected.map(\.compression_ratio))
        #expect(segments.map(\.noSpeechProb) == expected.map(\.no_speech_prob))
    }
}
