/// The results of a load test, under vLLM's names.
struct ServeReport {
    let outcomes: [LoadGenerator.Outcome]
    let seconds: Double

    /// The report, in the order vLLM prints it.
    var report: BenchReport {
        let good = outcomes.filter { $0.failure == nil }
        let input = good.map(\.promptTokens).reduce(0, +)
        let output = good.map(\.outputTokens).reduce(0, +)
        var report = BenchReport()
        report.add("completed", "Successful requests", good.count)
        report.add("failed", "Failed requests", outcomes.count - good.count)
        report.add("duration", "Benchmark duration", seconds, unit: "s")
        report.add("total_input_tokens", "Total input tokens", input)
        report.add("total_output_tokens", "Total generated tokens", output)
        report.add("request_throughput", "Request throughput", Double(good.count) / seconds, unit: "req/s")
        report.add("output_throughput", "Output token throughput", Double(output) / seconds, unit: "tok/s")
        report.add("total_token_throughput", "Total token throughput", Double(input + output) / seconds, unit: "tok/s")
        let perToken = good.compactMap { one in
            one.outputTokens > 1 ? one.firstToken.map { (one.end - $0) / Double(one.outputTokens - 1) } : nil
        }
        add("ttft", "TTFT", good.compactMap(\.firstToken), to: &report)
        add("tpot", "TPOT", perToken, to: &report)
        add("itl", "ITL", good.flatMap(\.gaps), to: &report)
        add("e2el", "E2EL", good.map(\.end), to: &report)
        return report
    }

    private func add(_ key: String, _ label: String, _ seconds: [Double], to report: inout BenchReport) {
        let values = seconds.map { $0 * 1000 }
        report.add("mean_\(key)_ms", "Mean \(label)", values.mean, unit: "ms")
        report.add("median_\(key)_ms", "Median \(label)", values.median, unit: "ms")
        report.add("std_\(key)_ms", "Deviation of \(label)", values.standardDeviation, unit: "ms")
        report.add("p99_\(key)_ms", "P99 \(label)", values.percentile(99), unit: "ms")
    }
}

extension [Double] {
    /// Population standard deviation, as numpy's.
    var standardDeviation: Double {
        let mean = mean
        return map { ($0 - mean) * ($0 - mean) }.mean.squareRoot()
    }
}
