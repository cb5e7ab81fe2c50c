/// What one attempt at a window gave.
struct WindowAttempt: Sendable, Hashable {
    /// Text and timestamps, without the end.
    var tokens: [Int32]
    /// Of all tokens, the end included where it came.
    var sumLogprob: Double
}

/// A window's tokens and how good they are.
struct WindowText: Sendable, Hashable {
    var tokens: [Int32]
    var temperature: Float
    /// Mean log-probability.
    var avgLogprob: Double
    var compressionRatio: Double
    /// nil where the model does not say.
    var noSpeechProb: Double?
    /// It did not end by itself but had as many tokens as it may have.
    var isFull = false

    /// The best of some attempts at a temperature.
    ///
    /// **Source** openai-whisper `DecodingTask.run`.
    init(
        _ attempts: [WindowAttempt], temperature: Float, noSpeechProb: Double?, text: ([Int32]) -> String
    ) {
        let best = Self.best(of: attempts) ?? WindowAttempt(tokens: [], sumLogprob: 0)
        tokens = best.tokens
        self.temperature = temperature
        avgLogprob = best.sumLogprob / Double(best.tokens.count + 1)
        compressionRatio = CompressionRatio.of(SpacedText.stripped(text(best.tokens)))
        self.noSpeechProb = noSpeechProb
    }

    /// The attempt with the highest mean log-probability, the first of equals.
    ///
    /// **Source** openai-whisper `MaximumLikelihoodRanker` without length penalty.
    static func best(of attempts: [WindowAttempt]) -> WindowAttempt? {
        func score(_ attempt: WindowAttempt) -> Double { attempt.sumLogprob / Double(max(attempt.tokens.count, 1)) }
        return attempts.reduce(nil) { best, next in
            guard let best else { return next }
            return score(next) > score(best) ? next : best
        }
    }
}

extension TranscriptionOptions {
    /// Whether a window should be tried again at the next temperature.
    ///
    /// **Source** openai-whisper `decode_with_fallback`.
    func needsFallback(_ window: WindowText) -> Bool {
        if isSilence(window), let logprobThreshold, window.avgLogprob < logprobThreshold { return false }
        if let compressionRatioThreshold, window.compressionRatio > compressionRatioThreshold { return true }
        if let logprobThreshold, window.avgLogprob < logprobThreshold { return true }
        return false
    }

    /// Whether a window has no text because nobody speaks in it.
    ///
    /// **Source** openai-whisper `transcribe`: `should_skip`.
    func skips(_ window: WindowText) -> Bool {
        guard isSilence(window) else { return false }
        if let logprobThreshold, window.avgLogprob > logprobThreshold { return false }
        return true
    }

    private func isSilence(_ window: WindowText) -> Bool {
        guard let noSpeechThreshold, let probability = window.noSpeechProb else { return false }
        return probability > noSpeechThreshold
    }
}
