import MartletAudio
import Synchronization
import Testing

@testable import Martlet

@Suite struct ScriptedTranscriptionTests {
    private func start(
        _ decoder: ScriptedDecoder, _ reader: sending any SampleReading, _ options: TranscriptionOptions,
        language: String? = "en", maxConcurrentWindows: Int = 4
    ) -> TranscriptionStream {
        TranscriptionJob.start(
            decoder: decoder, options: options, language: language,
            feed: AudioFeed(reader, detector: options.vadFilter ? SoundDetector() : nil, options: .init()),
            maxConcurrentWindows: maxConcurrentWindows)
    }

    private func options(vad: Bool = false, conditioned: Bool = false) -> TranscriptionOptions {
        var options = TranscriptionOptions()
        options.vadFilter = vad
        options.conditionOnPreviousText = conditioned
        return options
    }

    private func expectOrder(_ segments: [TranscriptionSegment], _ duration: Double) {
        var last = 0.0
        for (index, segment) in segments.enumerated() {
            #expect(segment.id == index)
            #expect(segment.start >= last)
            #expect(segment.end > segment.start)
            #expect(segment.seek <= Int(segment.start * 100 + 0.5))
            last = segment.end
            for word in segment.words ?? [] { #expect(word.start >= segment.start && word.end <= segment.end) }
        }
        #expect(last <= duration + 0.001)
    }

    @Test(arguments: [false, true], [false, true])
    func `A long file has the words of its parts, in order, whatever the windows`(vad: Bool, conditioned: Bool)
        async throws
    {
        let words = Array(1...230)
        for mostWords in [Int.max, 40, 7] {
            for silence in [0, 3] {
                let audio = ScriptedDecoder.audio(
                    words.flatMap { $0 % 50 == 0 ? [$0] + [Int](repeating: 0, count: silence) : [$0] })
                let decoder = ScriptedDecoder(mostWords: mostWords)
                let transcription = try await start(
                    decoder, SampleArrayReader(audio), options(vad: vad, conditioned: conditioned)
                ).collect()
                #expect(transcription.segments.map(\.text).joined() == ScriptedDecoder.text(words))
                #expect(transcription.summary.duration == Double(audio.count) / 16_000)
                expectOrder(transcription.segments, transcription.summary.duration)
                for segment in transcription.segments {
                    // Without pairs of timestamps a segment begins with its window, up to a tenth of silence earlier.
                    let first = try #require(Int(segment.text.split(separator: " ")[0]))
                    let start = 0.5 * Double(first - 1 + (first - 1) / 50 * silence)
                    #expect(abs(segment.start - start) < 0.15, "\(segment)")
                }
            }
        }
    }

    @Test func `What comes after a text that fills its tokens is not lost`() async throws {
        var options = options()
        options.timestamps = false
        let audio = ScriptedDecoder.audio(Array(1...230))
        let decoder = ScriptedDecoder(context: 40)
        let transcription = try await start(decoder, SampleArrayReader(audio), options).collect()
        #expect(transcription.segments.map(\.text).joined() == ScriptedDecoder.text(1...230))
        expectOrder(transcription.segments, transcription.summary.duration)
        #expect(decoder.seen.withLock { $0.decoded.count } >= 12)
        // Asked for so few, or as openai-whisper does it, that is all.
        options.maxTokensPerWindow = 20
        let few = try await start(ScriptedDecoder(), SampleArrayReader(audio), options).collect()
        #expect(few.segments.count == 4)
    }

    @Test func `Samples at the end that make no frame end the file`() async throws {
        for extra in [1, 159, 160, 1599] {
            let audio = ScriptedDecoder.audio([1, 2, 3]) + [Float](repeating: 0, count: extra)
            for conditioned in [false, true] {
                let transcription = try await start(
                    ScriptedDecoder(), SampleArrayReader(audio), options(conditioned: conditioned)
                ).collect()
                #expect(transcription.text == "1 2 3")
            }
        }
    }

    @Test func `Times of words lie in their segments and follow the audio`() async throws {
        var options = options()
        options.wordTimestamps = true
        for conditioned in [false, true] {
            options.conditionOnPreviousText = conditioned
            let transcription = try await start(
                ScriptedDecoder(mostWords: 31), SampleArrayReader(ScriptedDecoder.audio(Array(1...150))), options
            ).collect()
            #expect(transcription.segments.map(\.text).joined() == ScriptedDecoder.text(1...150))
            expectOrder(transcription.segments, transcription.summary.duration)
            let words = transcription.segments.flatMap { $0.words ?? [] }
            #expect(words.map(\.word).joined() == ScriptedDecoder.text(1...150))
            for (index, word) in words.enumerated() { #expect(abs(word.start - 0.5 * Double(index)) < 0.15, "\(word)") }
        }
    }

    @Test func `Without timestamps every window is a segment and the text is the same`() async throws {
        var options = options(vad: true)
        options.timestamps = false
        let transcription = try await start(
            ScriptedDecoder(), SampleArrayReader(ScriptedDecoder.audio(Array(1...130))), options
        ).collect()
        #expect(transcription.segments.map(\.text).joined() == ScriptedDecoder.text(1...130))
        #expect(transcription.segments.count == transcription.summary.numWindows)
    }

    @Test func `Silence has no text`() async throws {
        let silence = [Float](repeating: 0, count: 16_000 * 150)
        let decoder = ScriptedDecoder()
        let transcription = try await start(decoder, SampleArrayReader(silence), options(vad: true), language: nil)
            .collect()
        #expect(transcription == Transcription(summary: TranscriptionSummary(duration: 150, language: "en")))
        #expect(decoder.seen.withLock { $0.inputs.isEmpty })
        let empty = try await start(ScriptedDecoder(), SampleArrayReader([]), options()).collect()
        #expect(empty.segments.isEmpty)
        // Without voice activity detection the probability of no speech says so.
        let skeptic = ScriptedDecoder { _, _ in
            WindowAttempts(
                attempts: [WindowAttempt(tokens: [50364, 5, 50400], sumLogprob: -20)], noSpeechProb: 0.9,
                numGeneratedTokens: 4)
        }
        let skipped = try await start(skeptic, SampleArrayReader(silence), options()).collect()
        #expect(skipped.segments.isEmpty)
    }

    @Test func `The language is detected once, in what is then decoded`() async throws {
        for conditioned in [false, true] {
            let decoder = ScriptedDecoder()
            let stream = start(
                decoder, SampleArrayReader(ScriptedDecoder.audio(Array(1...200))), options(conditioned: conditioned),
                language: nil)
            var events: [TranscriptionEvent] = []
            for try await event in stream { events.append(event) }
            #expect(events.first == .language(code: "de", probability: 0.625))
            decoder.seen.withLock { seen in
                #expect(seen.detected == [seen.decoded[0].input])
                #expect(seen.inputs.count == seen.decoded.count)
                #expect(seen.decoded.allSatisfy { $0.prompt.startSequence == [50258, 50261, 50359] })
            }
        }
    }

    @Test func `Temperatures are tried in their order until the text is good enough`() async throws {
        let decoder = ScriptedDecoder { _, sampling in
            guard sampling.temperature < 0.6 else { return nil }
            return WindowAttempts(
                attempts: [WindowAttempt(tokens: [50364, 5, 50400], sumLogprob: -20)], noSpeechProb: 0,
                numGeneratedTokens: 4)
        }
        let transcription = try await start(
            decoder, SampleArrayReader(ScriptedDecoder.audio([1, 2, 3])), options()
        ).collect()
        #expect(decoder.seen.withLock { $0.decoded.map(\.temperature) } == [0, 0.2, 0.4, 0.6])
        #expect(transcription.segments.map(\.temperature) == [0.6])
        #expect(transcription.text == "1 2 3")
        #expect(transcription.summary.numGeneratedTokens == 3 * 4 + 6)
    }

    @Test func `Text before a window is its prompt only where that is asked for`() async throws {
        for conditioned in [false, true] {
            var options = options(vad: true, conditioned: conditioned)
            options.initialPrompt = "7 8"
            options.hotwords = "9"
            let decoder = ScriptedDecoder()
            _ = try await start(decoder, SampleArrayReader(ScriptedDecoder.audio(Array(1...130))), options).collect()
            let prompts = decoder.seen.withLock { $0.decoded.map(\.prompt.previous) }
            #expect(prompts.count >= 3)
            #expect(prompts[0] == [50361, 9, 7, 8])
            if conditioned {
                #expect(prompts[1].starts(with: [50361, 9, 7, 8, 50364, 1, 2, 3]))
            } else {
                #expect(prompts.allSatisfy { $0 == prompts[0] })
            }
        }
    }

    @Test func `Text that does not get on ends with the window`() async throws {
        for conditioned in [false, true] {
            let decoder = ScriptedDecoder { _, _ in
                WindowAttempts(
                    attempts: [WindowAttempt(tokens: [50364, 5, 50364, 50364], sumLogprob: -1)], noSpeechProb: 0,
                    numGeneratedTokens: 5)
            }
            let transcription = try await start(
                decoder, SampleArrayReader([Float](repeating: 1, count: 16_000 * 70)), options(conditioned: conditioned)
            ).collect()
            #expect(transcription.summary.numWindows == 3)
        }
    }

    /// Gives samples up to a place, then fails.
    private final class FailingReader: SampleReading {
        private let samples: SampleArrayReader
        private var left: Int

        init(_ samples: [Float], failingAfter count: Int) {
            self.samples = SampleArrayReader(samples)
            left = count
        }

        var duration: Double? { nil }

        func read(upTo count: Int) throws(AudioError) -> [Float] {
            if left == 0 { throw AudioError(.malformed, "the file ends in the middle of a block") }
            let piece = samples.read(upTo: min(count, left))
            left -= piece.count
            return piece
        }
    }

    @Test func `What was heard before a file breaks off is told before the error`() async throws {
        for conditioned in [false, true] {
            let stream = start(
                ScriptedDecoder(),
                FailingReader(ScriptedDecoder.audio(Array(1...300)), failingAfter: 16_000 * 100),
                options(vad: true, conditioned: conditioned))
            var text = ""
            let error = await #expect(throws: LLMError.self) {
                for try await event in stream { if case .segment(let segment) = event { text += segment.text } }
            }
            #expect(
                error == .invalidRequest(param: "file", message: "the file ends in the middle of a block"))
            #expect(text.hasPrefix(ScriptedDecoder.text(1...100)))
        }
    }

    @Test func `Progress goes on to the end of the file`() async throws {
        let stream = start(
            ScriptedDecoder(), SampleArrayReader(ScriptedDecoder.audio(Array(1...200))), options(), language: "en")
        var progress: [Double] = []
        for try await event in stream {
            if case .progress(let seconds, let total) = event {
                #expect(total == 100)
                progress.append(seconds)
            }
        }
        #expect(progress == progress.sorted())
        #expect(progress.last == 100)
    }

    /// Counts how much is read of an endless file.
    private final class EndlessReader: SampleReading, Sendable {
        let numRead = Mutex(0)

        var duration: Double? { nil }

        func read(upTo count: Int) -> [Float] {
            numRead.withLock { $0 += count }
            return [Float](repeating: 1, count: count)
        }
    }

    @Test func `Dropping the stream stops decoding and reading`() async throws {
        let (cancelled, continuation) = AsyncStream.makeStream(of: Void.self)
        let decoder = ScriptedDecoder { _, _ in
            // Ends only when it is cancelled.
            let (never, pending) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            withExtendedLifetime(pending) {}
            continuation.yield()
            return nil
        }
        let reader = EndlessReader()
        let stream = start(decoder, reader, options(), maxConcurrentWindows: 3)
        var iterator = stream.makeAsyncIterator()
        #expect(try await iterator.next() == .language(code: "en", probability: 1))
        while decoder.seen.withLock({ $0.decoded.count }) < 3 { await Task.yield() }
        stream.cancel()
        var numCancelled = 0
        for await _ in cancelled {
            numCancelled += 1
            if numCancelled == 3 { break }
        }
        #expect(decoder.seen.withLock { $0.decoded.count } == 3)
        // Three windows decoding, one waiting, and what a window is cut from.
        #expect(reader.numRead.withLock { $0 } <= 16_000 * 30 * 6)
        #expect(try await iterator.next() == nil)
    }
}
