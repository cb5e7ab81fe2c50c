import Foundation
import MartletEngine
import Testing

@testable import Martlet

/// A tiny random Whisper against openai-whisper with the same weights, see Scripts/goldens/make_transcription_model.py.
@Suite struct TranscriptionModelTests {
    struct Fixture: Decodable {
        struct Options: Decodable {
            var language, task, initial_prompt: String?
            var word_timestamps, without_timestamps: Bool?
            var suppress_tokens: [Int32]?
            var max_initial_timestamp: Double?
        }

        /// Seed, seconds and whether there are pauses.
        struct Samples: Decodable {
            var seed: UInt32
            var seconds: Double
            var hasPauses: Bool

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                seed = try container.decode(UInt32.self)
                seconds = try container.decode(Double.self)
                hasPauses = try container.decode(Bool.self)
            }
        }

        struct Word: Decodable {
            var word: String
            var start, end, probability: Double

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                word = try container.decode(String.self)
                start = try container.decode(Double.self)
                end = try container.decode(Double.self)
                probability = try container.decode(Double.self)
            }
        }

        struct Segment: Decodable {
            var seek: Int
            var start, end: Double
            var text: String
            var tokens: [Int32]
            var avg_logprob, compression_ratio, no_speech_prob: Double
            var words: [Word]
        }

        struct Detected: Decodable {
            var language: String
            var probability: Double

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                language = try container.decode(String.self)
                probability = try container.decode(Double.self)
            }
        }

        struct Case: Decodable {
            var samples: Samples
            var options: Options
            var detected: Detected
            var language: String
            var segments: [Segment]
        }

        var cases: [Case]
    }

    private let fixture: Fixture

    init() throws {
        fixture = try JSONDecoder().decode(Fixture.self, from: Data(Fixtures.bytes("transcription_model/golden.json")))
    }

    private func model(
        _ backend: LLMConfiguration.BackendKind = .cpu, dtype: LLMConfiguration.DType = .float32
    ) async throws -> TranscriptionModel {
        var configuration = LLMConfiguration(model: Fixtures.path("transcription_model"))
        configuration.tokenizer = Fixtures.path("whisper_tokenizer")
        configuration.dtype = dtype
        configuration.backend = backend
        configuration.maxNumSeqs = 4
        configuration.numThreads = backend == .cpu ? 1 : nil
        let loaded = try await LoadedModel.load(configuration)
        guard case .transcription(let model) = loaded else {
            throw LLMError.engine("loaded as a model of another kind")
        }
        return model
    }

    /// As the script makes them.
    static func samples(seed: UInt32, seconds: Double, hasPauses: Bool) -> [Float] {
        var out = [Float](repeating: 0, count: Int(seconds * 16_000))
        var state = seed
        for start in stride(from: 0, to: out.count, by: 400) {
            state = state &* 1_664_525 &+ 1_013_904_223
            if hasPauses, start / 8000 % 7 == 6 { continue }
            let (period, loudness) = (20 + Int(state >> 8) % 200, Int(state >> 16) % 97 + 3)
            let scale = Float(Double(loudness) / 32768)
            for index in start..<min(start + 400, out.count) {
                out[index] = Float(index % period * 2 - period) * scale
            }
        }
        return out
    }

    private func options(_ asked: Fixture.Options) -> TranscriptionOptions {
        var options = TranscriptionOptions()
        options.conditionOnPreviousText = true
        options.vadFilter = false
        options.temperatures = [0]
        options.compressionRatioThreshold = nil
        options.logprobThreshold = nil
        options.noSpeechThreshold = nil
        options.language = asked.language
        options.task = asked.task == "translate" ? .translate : .transcribe
        options.initialPrompt = asked.initial_prompt
        options.wordTimestamps = asked.word_timestamps ?? false
        options.timestamps = asked.without_timestamps != true
        options.suppressTokens = asked.suppress_tokens
        options.maxInitialTimestamp = asked.max_initial_timestamp ?? 1
        return options
    }

    @Test(arguments: [LLMConfiguration.BackendKind.cpu, .reference])
    func `Files become what openai-whisper makes of them`(backend: LLMConfiguration.BackendKind) async throws {
        let model = try await model(backend)
        for (index, fields) in fixture.cases.enumerated() where backend == .cpu || index == 3 {
            let samples = Self.samples(
                seed: fields.samples.seed, seconds: fields.samples.seconds, hasPauses: fields.samples.hasPauses)
            let stream = try await model.transcribe(.samples(samples), options: options(fields.options))
            var segments: [TranscriptionSegment] = []
            for try await event in stream {
                switch event {
                case .language(let code, let probability):
                    #expect(code == fields.language)
                    guard fields.options.language == nil else { continue }
                    #expect(code == fields.detected.language)
                    #expect(abs(probability - fields.detected.probability) < 1e-4)
                case .segment(let segment): segments.append(segment)
                default: break
                }
            }
            expect(segments, equal: fields.segments, "case \(index)")
        }
        await model.checkIntegrity()
        await model.shutDown()
    }

    private func expect(_ segments: [TranscriptionSegment], equal expected: [Fixture.Segment], _ name: Comment) {
        #expect(segments.map(\.tokens) == expected.map(\.tokens), name)
        #expect(segments.map(\.text) == expected.map(\.text), name)
        #expect(segments.map(\.seek) == expected.map(\.seek), name)
        for (segment, expected) in zip(segments, expected) {
            #expect(abs(segment.start - expected.start) < 1e-6, name)
            #expect(abs(segment.end - expected.end) < 1e-6, name)
            #expect(abs(segment.avgLogprob - expected.avg_logprob) < 1e-4, name)
            #expect(abs(segment.noSpeechProb - expected.no_speech_prob) < 1e-6, name)
            #expect(segment.compressionRatio == expected.compression_ratio, name)
            #expect((segment.words ?? []).map(\.word) == expected.words.map(\.word), name)
            for (word, expected) in zip(segment.words ?? [], expected.words) {
                #expect(abs(word.start - expected.start) < 1e-6, name)
                #expect(abs(word.end - expected.end) < 1e-6, name)
                #expect(abs(word.probability - expected.probability) < 1e-4, name)
            }
        }
    }

    @Test(arguments: [LLMConfiguration.DType.float32, .auto])
    func `Windows give the same whenever they are decoded, and encode once each`(
        dtype: LLMConfiguration.DType
    ) async throws {
        let model = try await model(dtype: dtype)
        let samples = Self.samples(seed: 9, seconds: 95, hasPauses: true)
        var options = TranscriptionOptions()
        options.vadFilter = false
        options.temperatures = [0, 0.4]
        options.bestOf = 2
        options.seed = 3
        let first = try await model.transcribe(.samples(samples), options: options).collect()
        #expect(model.statistics.encoderInputsEncoded == first.summary.numWindows)
        let second = try await model.transcribe(.samples(samples), options: options).collect()
        #expect(first == second)
        #expect(first.segments.map(\.start) == first.segments.map(\.start).sorted())
        #expect(first.segments.allSatisfy { $0.end <= 95 })
        await model.checkIntegrity()
        await model.shutDown()
    }

    @Test func `Dropped transcriptions leave the engine empty`() async throws {
        let model = try await model()
        let samples = Self.samples(seed: 9, seconds: 120, hasPauses: false)
        for _ in 0..<3 {
            let stream = try await model.transcribe(.samples(samples))
            var iterator = stream.makeAsyncIterator()
            _ = try await iterator.next()
            stream.cancel()
        }
        // Ends only when nothing runs.
        await model.shutDown(drainTimeout: .seconds(60))
        #expect(model.statistics.numRunning == 0)
        await #expect(throws: LLMError.self) {
            _ = try await model.transcribe(.samples(samples)).collect()
        }
    }

    @Test func `What cannot be transcribed is refused before it starts`() async throws {
        let model = try await model()
        func refusal(
            _ audio: TranscriptionAudio = .samples([0]), _ change: (inout TranscriptionOptions) -> Void = { _ in }
        ) async -> String? {
            var options = TranscriptionOptions()
            change(&options)
            do {
                _ = try await model.transcribe(audio, options: options)
                return nil
            } catch {
                guard case LLMError.invalidRequest(let param, _) = error else { return "\(error)" }
                return param
            }
        }
        #expect(await refusal(.bytes([1, 2, 3], name: "x.wav")) == "file")
        #expect(await refusal(.file(path: "/nonexistent/x.wav")) == "file")
        #expect(await refusal { $0.language = "klingon" } == "language")
        #expect(await refusal { $0.temperatures = [] } == "temperature")
        #expect(await refusal { $0.temperatures = [.nan] } == "temperature")
        #expect(await refusal { $0.topP = 0 } == "top_p")
        #expect(await refusal { $0.bestOf = 0 } == "best_of")
        #expect(await refusal { $0.vadThreshold = 2 } == "vad_threshold")
        #expect(await refusal() == nil)
        #expect(model.isMultilingual && model.languages.count == 100)
        await model.shutDown()
    }
}
