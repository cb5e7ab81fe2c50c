import HTTPTypes
import HummingbirdCore
import MartletEngine

/// `/metrics` for Prometheus.
struct MetricsEndpoint: Endpoint {
    let path = "/metrics"
    let method = HTTPRequest.Method.get
    let slot: EngineSlot

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        var text = PrometheusText()
        for (index, ready) in try slot.forReading().enumerated() {
            text.labels = [("model_name", ready.modelNames[0]), ("engine", "\(index)")]
            write(load: ready.engine.load, to: &text)
            write(model: ready.engine.servedModel, to: &text)
            ready.metrics.write(to: &text)
        }
        if let process = ProcessMetrics() { write(process: process, to: &text) }
        return .bytes(Array(text.text.utf8), contentType: PrometheusText.contentType)
    }

    private func write(load: EngineStatistics, to text: inout PrometheusText) {
        text.metric(
            "vllm:num_requests_running", "gauge", "Requests in the running batch.", Double(load.numRunning))
        text.metric("vllm:num_requests_waiting", "gauge", "Requests waiting.", Double(load.numWaiting))
        text.metric(
            "vllm:kv_cache_usage_perc", "gauge", "Share of KV cache blocks in use; 1 is all.", load.kvCacheUsage)
        text.metric("vllm:num_preemptions_total", "counter", "Preemptions.", Double(load.numPreemptions))
        text.metric(
            "vllm:prefix_cache_queries_total", "counter", "Tokens looked up in the prefix cache.",
            Double(load.prefixCacheQueries))
        text.metric(
            "vllm:prefix_cache_hits_total", "counter", "Tokens found in the prefix cache.",
            Double(load.prefixCacheHits))
        text.histogram(
            "vllm:iteration_tokens_total", "Tokens computed in a step.",
            bounds: StepTokenHistogram.upperBounds.map { Double($0) }, counts: load.stepTokens.counts,
            sum: Double(load.stepTokens.sum))
    }

    private func write(model: ServedModel, to text: inout PrometheusText) {
        text.family("vllm:cache_config_info", "gauge", "The KV cache's configuration.")
        text.sample(
            "vllm:cache_config_info", 1,
            extra: [
                ("block_size", "\(model.blockSize)"), ("num_gpu_blocks", "\(model.numBlocks)"),
                ("cache_dtype", model.kvCacheDType),
                ("enable_prefix_caching", model.enablePrefixCaching ? "True" : "False"),
            ])
    }

    private func write(process: ProcessMetrics, to text: inout PrometheusText) {
        text.unlabelled(
            "process_resident_memory_bytes", "gauge", "Resident memory in bytes.", process.residentBytes)
        text.unlabelled("process_virtual_memory_bytes", "gauge", "Virtual memory in bytes.", process.virtualBytes)
        text.unlabelled(
            "process_cpu_seconds_total", "counter", "User and system CPU time in seconds.", process.cpuSeconds)
        text.unlabelled(
            "process_start_time_seconds", "gauge", "Start time in seconds since 1970.", process.startTime)
        text.unlabelled("process_open_fds", "gauge", "Open file descriptors.", process.openFiles)
    }
}
