import MartletEngine

/// Speeds of one request, from the engine's own clock.
struct RequestSpeeds: Hashable {
    /// Seconds from scheduling to the first token.
    var prefillSeconds: Double
    /// Seconds from the first token to the last.
    var decodeSeconds: Double
    /// Prompt tokens per second; nil when too short to tell.
    var prefill: Double?
    /// Tokens per second after the first; nil when there is no second.
    var decode: Double?

    /// The speeds of a finished request, or nil when it never got a token.
    init?(_ statistics: RequestStatistics, cached: Int = 0) {
        guard let scheduled = statistics.firstScheduled, let first = statistics.firstToken,
            let finished = statistics.finished
        else { return nil }
        prefillSeconds = (first - scheduled).seconds
        decodeSeconds = (finished - first).seconds
        if prefillSeconds > 0 { prefill = Double(statistics.numPromptTokens - cached) / prefillSeconds }
        if decodeSeconds > 0, statistics.numGenerationTokens > 1 {
            decode = Double(statistics.numGenerationTokens - 1) / decodeSeconds
        }
    }
}

extension Duration {
    /// As a floating-point number of seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
