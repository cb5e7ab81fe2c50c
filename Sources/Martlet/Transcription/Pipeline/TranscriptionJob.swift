import MartletAudio

/// Transcribes one file: finds the language, decodes windows at once or one after the other, gives segments out in order.
struct TranscriptionJob<Decoder: WindowDecoding>: Sendable {
    let decoder: Decoder
    let options: TranscriptionOptions
    /// Code of the language; nil: it is detected.
    let language: String?
    let feed: AudioFeed
    let mailbox: TranscriptionMailbox
    let maxConcurrentWindows: Int

    /// Most samples of a window.
    static var windowLength: Int { LogMelSpectrogram.samplesPerWindow }
    /// What is left of a window is not decoded again when it is shorter: a tenth of a second holds no word.
    static var leastRest: Int { 1600 }

    /// Transcribes and ends the mailbox, whatever happens.
    func run() async {
        var output = Output(mailbox: mailbox, duration: feed.duration)
        do throws(LLMError) {
            if !options.conditionOnPreviousText {
                try await runConcurrently(&output)
            } else if options.vadFilter {
                try await runWindowByWindow(&output)
            } else {
                try await runThroughStream(&output)
            }
            output.finish(numSamples: feed.numSamples)
            mailbox.finish()
        } catch {
            mailbox.finish(error)
        }
    }

    /// What has been given out.
    struct Output {
        let mailbox: TranscriptionMailbox
        let duration: Double?
        private var summary = TranscriptionSummary(duration: 0, language: "en")
        private var numSegments = 0
        private var knowsLanguage = false

        init(mailbox: TranscriptionMailbox, duration: Double?) {
            self.mailbox = mailbox
            self.duration = duration
        }

        mutating func tell(language: String, probability: Double) {
            summary.language = language
            knowsLanguage = true
            mailbox.post(.language(code: language, probability: probability))
        }

        mutating func tell(_ result: WindowTranscriber<Decoder>.Result) {
            summary.numPromptTokens += result.numPromptTokens
            summary.numGeneratedTokens += result.numGeneratedTokens
            summary.numWindows += 1
            for var segment in result.segments {
                segment.id = numSegments
                numSegments += 1
                mailbox.post(.segment(segment))
            }
        }

        mutating func tell(seconds: Double) {
            mailbox.post(.progress(seconds: duration.map { min(seconds, $0) } ?? seconds, of: duration))
        }

        mutating func finish(numSamples: Int) {
            // Nobody spoke, so there was nothing to detect a language from.
            if !knowsLanguage { tell(language: summary.language, probability: 0) }
            summary.duration = Double(numSamples) / Double(AudioReader.sampleRate)
            mailbox.post(.progress(seconds: summary.duration, of: summary.duration))
            mailbox.post(.finished(summary))
        }
    }

    // MARK: - Language

    /// A window's samples, and its input where it has been made already.
    struct Piece: Sendable {
        var window: AudioWindow
        var input: Decoder.Input?
    }

    /// The transcriber of the file's language, which is told, and detected from `first` where it is not given.
    ///
    /// **Source** openai-whisper `detect_language`.
    func transcriber(
        detectingIn first: inout Piece, _ output: inout Output
    ) async throws(LLMError) -> WindowTranscriber<Decoder> {
        let languages = decoder.vocabulary.languages
        if let language {
            output.tell(language: language, probability: 1)
            return WindowTranscriber(decoder: decoder, options: options, language: languages.isEmpty ? nil : language)
        }
        let input = try await self.input(of: first.window.samples)
        first.input = input
        let probabilities = try await decoder.languageProbabilities(of: input)
        let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
        guard let best, best < languages.count else { throw .engine("the model gave no probabilities of languages") }
        output.tell(language: languages[best].code, probability: probabilities[best])
        return WindowTranscriber(decoder: decoder, options: options, language: languages[best].code)
    }

    /// The encoder's input of some samples, made on a thread that may be blocked.
    func input(of samples: [Float]) async throws(LLMError) -> Decoder.Input {
        try await BlockingWork.run { [decoder] () throws(LLMError) in decoder.input(of: samples) }
    }

    /// Ids that stand before the first window, or before every window where they are independent.
    var initialPrompt: [Int32] {
        options.initialPrompt.map { WindowTranscriber.promptTokens($0, decoder) } ?? []
    }

    /// The next window; tells of silence before it. nil at the end.
    func nextWindow(_ output: inout Output) async throws(LLMError) -> AudioWindow? {
        while !Task.isCancelled {
            switch try await feed.next() {
            case .window(let window): return window
            case .silence(let seconds): output.tell(seconds: seconds)
            case .end: return nil
            }
        }
        return nil
    }
}
