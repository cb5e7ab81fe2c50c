import Martlet
import MartletEngine

/// Turns one prompt's events into metrics and knows whether its outputs are complete.
struct OutputObserver {
    private let request: GenerationRequest
    private let metrics: ServerMetrics
    private let arrival: ContinuousClock.Instant
    private var lastToken: [ContinuousClock.Instant?]
    private var numFinished = 0
    private var longestOutput = 0
    private var numTokens: [Int]
    private var hasCountedPrompt = false
    /// An output ended because the backend failed.
    private(set) var sawError = false

    init(_ request: GenerationRequest, metrics: ServerMetrics, arrival: ContinuousClock.Instant) {
        self.request = request
        self.metrics = metrics
        self.arrival = arrival
        lastToken = Array(repeating: nil, count: request.n)
        numTokens = Array(repeating: 0, count: request.n)
    }

    /// Whether all outputs ended as they should.
    var isComplete: Bool { numFinished == request.n }

    /// Enters one event.
    mutating func note(_ event: GenerationEvent) {
        if !hasCountedPrompt {
            hasCountedPrompt = true
            metrics.countPrompt(tokens: event.numPromptTokens, cached: event.numCachedTokens)
            metrics.promptTokens.observe(Double(event.numPromptTokens))
            metrics.n.observe(Double(request.n))
            if let maxTokens = request.sampling.maxTokens { metrics.maxTokens.observe(Double(maxTokens)) }
        }
        guard lastToken.indices.contains(event.index) else { return }
        if !event.tokenIDs.isEmpty { noteTokens(event.tokenIDs.count, output: event.index) }
        switch event.finishReason {
        case nil: break
        case .stop: finish(event, .stop)
        case .length: finish(event, .length)
        case .error: sawError = true
        case .abort: break
        }
    }

    private mutating func noteTokens(_ count: Int, output: Int) {
        let now = ContinuousClock.now
        if let last = lastToken[output] {
            // Tokens a slow reader fetched together: each took its share of the time.
            metrics.interTokenLatency.observe((now - last) / count, count: count)
        } else {
            metrics.timeToFirstToken.observe(now - arrival)
        }
        lastToken[output] = now
        numTokens[output] += count
        metrics.countGenerated(count)
    }

    private mutating func finish(_ event: GenerationEvent, _ reason: ServerMetrics.FinishedReason) {
        numFinished += 1
        metrics.countFinished(reason)
        let tokens = numTokens[event.index]
        longestOutput = max(longestOutput, tokens)
        metrics.generationTokens.observe(Double(tokens))
        if isComplete { metrics.maxGenerationTokens.observe(Double(longestOutput)) }
        guard let statistics = event.statistics, let finished = statistics.finished else { return }
        metrics.endToEnd.observe(finished - statistics.arrival)
        metrics.preemptions.observe(Double(statistics.numPreemptions))
        guard let scheduled = statistics.firstScheduled, let first = statistics.firstToken else { return }
        metrics.queueTime.observe(scheduled - statistics.arrival)
        metrics.prefillTime.observe(first - scheduled)
        metrics.decodeTime.observe(finished - first)
        metrics.inferenceTime.observe(finished - scheduled)
        if tokens > 1 { metrics.timePerOutputToken.observe((finished - first) / (tokens - 1)) }
    }

    /// Counts the outputs that never ended.
    func close(failed: Bool) {
        for _ in numFinished..<max(numFinished, request.n) { metrics.countFinished(failed ? .error : .abort) }
    }
}
