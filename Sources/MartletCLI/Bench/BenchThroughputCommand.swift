import ArgumentParser
import Martlet

/// `martlet bench throughput`: how much a full engine does.
struct BenchThroughputCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Measure many requests handed in at once.",
        discussion: """
            All requests are queued at the start; the engine batches at most --max-num-seqs of them.

              martlet bench throughput ./model.gguf --num-prompts 64 --input-len 128 --output-len 128
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(help: ArgumentHelp("Requests.", valueName: "n"))
    var numPrompts = CountArgument(64)

    @Option(help: ArgumentHelp("Tokens of a prompt.", valueName: "tokens"))
    var inputLen = CountArgument(128)

    @Option(help: ArgumentHelp("Tokens to generate per request.", valueName: "tokens"))
    var outputLen = CountArgument(128)

    @Option(help: ArgumentHelp("File for the results as JSON.", valueName: "file"), completion: .file())
    var outputJson: String?

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func run() async throws {
        let (count, input, output) = (numPrompts.value, inputLen.value, outputLen.value)
        var bench = try await OfflineBench.load(
            model: model, engine: engine, numSeqs: min(count, 64), length: input + output, console: .standard)
        _ = try await bench.run(count: 1, inputLen: min(input, 16), outputLen: 2)
        let result = try await bench.run(count: count, inputLen: input, outputLen: output)
        var report = BenchReport()
        report.add(bench.llm.info)
        report.add("num_requests", "Requests", count)
        report.add("input_len", "Input tokens", input)
        report.add("output_len", "Output tokens", output)
        report.add("elapsed_time", "Duration", result.totalSeconds, unit: "s")
        report.add("requests_per_second", "Requests", Double(count) / result.totalSeconds, unit: "req/s")
        report.add(
            "tokens_per_second", "Tokens, input and output", Double(count * (input + output)) / result.totalSeconds,
            unit: "tok/s")
        report.add(
            "output_tokens_per_second", "Output tokens", Double(count * output) / result.totalSeconds, unit: "tok/s")
        report.add("mean_ttft_ms", "Mean time to first token", result.firstTokenSeconds.mean * 1000, unit: "ms")
        report.add("p99_ttft_ms", "P99 time to first token", result.firstTokenSeconds.percentile(99) * 1000, unit: "ms")
        try report.publish(on: .standard, jsonPath: outputJson)
        await bench.llm.shutDown()
    }
}
