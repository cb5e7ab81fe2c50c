import MartletAudio

extension TranscriptionModel {
    /// Starts a transcription; dropping the stream or cancelling the reading task aborts it.
    ///
    /// The options are checked and the audio is opened before this returns; what goes wrong later comes with the
    /// stream. **Throws** `invalidRequest`; `param` is the field of OpenAI's API, `file` for the audio.
    public func transcribe(
        _ audio: TranscriptionAudio, options: TranscriptionOptions = TranscriptionOptions()
    ) async throws(LLMError) -> TranscriptionStream {
        let language = try decoder.vocabulary.language(for: options)
        try options.check()
        let feed = try await feed(of: audio, options)
        return TranscriptionJob.start(
            decoder: decoder, options: options, language: language, feed: feed,
            maxConcurrentWindows: configuration.maxConcurrentWindows)
    }

    private func feed(
        of audio: TranscriptionAudio, _ options: TranscriptionOptions
    ) async throws(LLMError) -> AudioFeed {
        var activity = configuration.voiceActivity
        if let threshold = options.vadThreshold { activity.threshold = threshold }
        activity.minSilenceDuration = options.vadMinSilenceDuration ?? activity.minSilenceDuration
        activity.speechPad = options.vadSpeechPad ?? activity.speechPad
        let detector = options.vadFilter ? detector : nil
        let limits = configuration.audioLimits
        return try await BlockingWork.run { [activity] () throws(LLMError) in
            do throws(AudioError) {
                return AudioFeed(try audio.reader(limits), detector: detector, options: activity)
            } catch {
                throw LLMError(error)
            }
        }
    }
}

extension TranscriptionOptions {
    /// **Throws** `invalidRequest` for the first value out of range.
    func check() throws(LLMError) {
        guard !temperatures.isEmpty else { throw SamplingRanges.invalid("temperature", "there must be at least one") }
        for temperature in temperatures {
            try SamplingRanges.check(
                SamplingValues(
                    temperature: Double(temperature), topP: Double(topP), topK: topK, minP: Double(minP),
                    repetitionPenalty: Double(repetitionPenalty), presencePenalty: Double(presencePenalty),
                    frequencyPenalty: Double(frequencyPenalty)),
                maxTokens: nil)
        }
        if let maxTokensPerWindow, maxTokensPerWindow < 1 {
            throw SamplingRanges.invalid(
                "max_completion_tokens", "must be at least 1, found \(maxTokensPerWindow)")
        }
        guard (1...Self.mostSamples).contains(bestOf) else {
            throw SamplingRanges.invalid("best_of", "must be from 1 to \(Self.mostSamples), found \(bestOf)")
        }
        if let vadThreshold, !(0...1).contains(vadThreshold) {
            throw SamplingRanges.invalid("vad_threshold", "must be in [0, 1], found \(vadThreshold)")
        }
        for (name, duration) in [
            ("silence_duration_ms", vadMinSilenceDuration), ("prefix_padding_ms", vadSpeechPad),
        ] {
            if let duration, !(0...30).contains(duration) {
                throw SamplingRanges.invalid(name, "must be from 0 to 30 s, found \(duration) s")
            }
        }
        if let maxInitialTimestamp, !(maxInitialTimestamp >= 0) {
            throw SamplingRanges.invalid("max_initial_timestamp", "must be at least 0, found \(maxInitialTimestamp)")
        }
    }

    /// Most samples of one window.
    private static let mostSamples = 64
}
