import Synchronization

/// Everything `/metrics` shows that the engine does not count itself; names as vLLM's.
final class ServerMetrics: Sendable {
    /// Why a request ended, as `finished_reason`.
    enum FinishedReason: String, CaseIterable, Sendable {
        case stop, length, abort, error
    }

    private struct Counters {
        var promptTokens = 0
        var cachedPromptTokens = 0
        var generationTokens = 0
        var finished: [FinishedReason: Int] = [:]
        var rejections: [String: Int] = [:]
    }

    let timeToFirstToken = Histogram(
        "vllm:time_to_first_token_seconds", "Time to first token in seconds.", bounds: MetricBuckets.timeToFirstToken)
    let interTokenLatency = Histogram(
        "vllm:inter_token_latency_seconds", "Time between tokens in seconds.", bounds: MetricBuckets.interTokenLatency)
    let timePerOutputToken = Histogram(
        "vllm:request_time_per_output_token_seconds", "Mean time per output token of a request in seconds.",
        bounds: MetricBuckets.interTokenLatency)
    let endToEnd = Histogram(
        "vllm:e2e_request_latency_seconds", "Time from arrival to the last token in seconds.",
        bounds: MetricBuckets.requestLatency)
    let queueTime = Histogram(
        "vllm:request_queue_time_seconds", "Time spent waiting in seconds.", bounds: MetricBuckets.requestLatency)
    let prefillTime = Histogram(
        "vllm:request_prefill_time_seconds", "Time from first scheduling to first token in seconds.",
        bounds: MetricBuckets.requestLatency)
    let decodeTime = Histogram(
        "vllm:request_decode_time_seconds", "Time from first to last token in seconds.",
        bounds: MetricBuckets.requestLatency)
    let inferenceTime = Histogram(
        "vllm:request_inference_time_seconds", "Time from first scheduling to last token in seconds.",
        bounds: MetricBuckets.requestLatency)
    let promptTokens: Histogram
    let generationTokens: Histogram
    let maxTokens: Histogram
    let maxGenerationTokens: Histogram
    let n = Histogram("vllm:request_params_n", "Outputs asked for.", bounds: MetricBuckets.n)
    let preemptions = Histogram(
        "vllm:request_num_preemptions", "Preemptions of a request.", bounds: [0, 1, 2, 5, 10, 20, 50])
    private let counters = Mutex(Counters())

    init(maxModelLen: Int) {
        let bounds = MetricBuckets.oneTwoFive(upTo: maxModelLen)
        promptTokens = Histogram("vllm:request_prompt_tokens", "Prompt tokens of a request.", bounds: bounds)
        generationTokens = Histogram(
            "vllm:request_generation_tokens", "Tokens generated for a request.", bounds: bounds)
        maxTokens = Histogram("vllm:request_params_max_tokens", "max_tokens as asked for.", bounds: bounds)
        maxGenerationTokens = Histogram(
            "vllm:request_max_num_generation_tokens", "Longest output of a request in tokens.", bounds: bounds)
    }

    /// Counts a prompt that was taken in.
    func countPrompt(tokens: Int, cached: Int) {
        counters.withLock {
            $0.promptTokens += tokens
            $0.cachedPromptTokens += cached
        }
    }

    /// Counts generated tokens.
    func countGenerated(_ tokens: Int) { counters.withLock { $0.generationTokens += tokens } }

    /// Counts an output that ended.
    func countFinished(_ reason: FinishedReason) { counters.withLock { $0.finished[reason, default: 0] += 1 } }

    /// Counts a request that was not taken in.
    func countRejection(_ reason: String) { counters.withLock { $0.rejections[reason, default: 0] += 1 } }

    /// Prompt and generated tokens so far.
    var tokenTotals: (prompt: Int, generated: Int) { counters.withLock { ($0.promptTokens, $0.generationTokens) } }

    /// Writes counters and histograms.
    func write(to text: inout PrometheusText) {
        let counters = counters.withLock { $0 }
        text.metric("vllm:prompt_tokens_total", "counter", "Prompt tokens processed.", Double(counters.promptTokens))
        text.metric(
            "vllm:prompt_tokens_cached_total", "counter", "Prompt tokens found in the prefix cache.",
            Double(counters.cachedPromptTokens))
        text.metric(
            "vllm:generation_tokens_total", "counter", "Tokens generated.", Double(counters.generationTokens))
        text.family("vllm:request_success_total", "counter", "Outputs that ended, by reason.")
        for reason in FinishedReason.allCases {
            text.sample(
                "vllm:request_success_total", Double(counters.finished[reason] ?? 0),
                extra: [("finished_reason", reason.rawValue)])
        }
        text.family("vllm:admission_rejections_total", "counter", "Requests not taken in, by reason.")
        for (reason, count) in counters.rejections.sorted(by: { $0.key < $1.key }) {
            text.sample("vllm:admission_rejections_total", Double(count), extra: [("reason", reason)])
        }
        for histogram in [
            timeToFirstToken, interTokenLatency, timePerOutputToken, endToEnd, queueTime, prefillTime, decodeTime,
            inferenceTime, promptTokens, generationTokens, maxTokens, maxGenerationTokens, n, preemptions,
        ] { text.histogram(histogram) }
    }
}
