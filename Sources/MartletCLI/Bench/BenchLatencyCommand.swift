import ArgumentParser
import Martlet
import MartletJSON
import MartletModelIR

/// `martlet bench latency`: how fast one batch is.
struct BenchLatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Measure one batch at a time.",
        discussion: """
            Runs two kinds of iterations on random tokens, after a warm-up of each, and reports the medians:

              prefill  a prompt of --input-len tokens up to its first token   (llama-bench pp)
              decode   --output-len tokens from an empty context              (llama-bench tg)

            so that --input-len 512 --output-len 128 compares with llama-bench's pp512 and tg128. The prefill \
            iterations go on for --output-len tokens, which gives the latency of the whole request and the \
            decode speed behind the prompt. Decode speeds of a batch count the steps in which all its requests \
            decode.
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(help: ArgumentHelp("Tokens of a prompt.", valueName: "tokens"))
    var inputLen = CountArgument(512)

    @Option(help: ArgumentHelp("Tokens to generate.", valueName: "tokens"))
    var outputLen = CountArgument(128)

    @Option(help: ArgumentHelp("Requests at once.", valueName: "n"))
    var batchSize = CountArgument(1)

    @Option(help: ArgumentHelp("Measured iterations.", valueName: "n"))
    var numIters = CountArgument(3)

    @Option(help: ArgumentHelp("Iterations before them.", valueName: "n"))
    var numItersWarmup = 1

    @Flag(help: "Print where the time of one more iteration of each kind goes, part by part.")
    var profile = false

    @Option(help: ArgumentHelp("File for the results as JSON.", valueName: "file"), completion: .file())
    var outputJson: String?

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func run() async throws {
        let (batch, input, output) = (batchSize.value, inputLen.value, outputLen.value)
        var bench = try await OfflineBench.load(
            model: model, engine: engine, numSeqs: batch, length: input + output + 1,
            profile: profile ? StepProfile() : nil, console: .standard)
        var whole: [OfflineBench.Result] = []
        var decode: [OfflineBench.Result] = []
        for iteration in 0..<max(numItersWarmup, 0) + numIters.value {
            // A few tokens touch everything that many do.
            let isWarmup = iteration < numItersWarmup
            let generated = isWarmup ? min(output, 4) : output
            let first = try await bench.run(count: batch, inputLen: input, outputLen: generated)
            // One token more, because the first one belongs to the prompt.
            let second = try await bench.run(count: batch, inputLen: 1, outputLen: generated + 1)
            guard !isWarmup else { continue }
            whole.append(first)
            decode.append(second)
        }
        var report = BenchReport()
        report.add(bench.llm.info)
        report.add("input_len", "Input tokens", input)
        report.add("output_len", "Output tokens", output)
        report.add("batch_size", "Requests at once", batch)
        report.add("num_iters", "Iterations", whole.count)
        let promptTokens = Double(batch * input)
        let firstToken = whole.map(\.prefillSeconds).median
        report.add("time_to_first_token_ms", "Time to first token", firstToken * 1000, unit: "ms")
        report.add(
            "latency_seconds", "Latency of a whole batch", whole.map(\.totalSeconds).median, unit: "s", decimals: 3)
        report.add(
            "prefill_tokens_per_second", "Prefill (pp\(input))", promptTokens / firstToken, unit: "tok/s")
        addDecode("decode_tokens_per_second", "Decode (tg\(output))", decode, to: &report)
        addDecode("decode_after_prompt_tokens_per_second", "Decode behind the prompt", whole, to: &report)
        if profile {
            try await addProfile("prefill", to: &report, &bench, inputLen: input, outputLen: 1)
            try await addProfile("decode", to: &report, &bench, inputLen: 1, outputLen: output + 1)
        }
        try report.publish(on: .standard, jsonPath: outputJson)
        await bench.llm.shutDown()
    }

    /// Left out when the requests never all decode at once, as with one token each.
    private func addDecode(
        _ key: String, _ label: String, _ results: [OfflineBench.Result], to report: inout BenchReport
    ) {
        let speeds = results.compactMap { $0.fullBatch?.tokensPerSecond }
        if !speeds.isEmpty { report.add(key, label, speeds.median, unit: "tok/s") }
    }

    private func addProfile(
        _ name: String, to report: inout BenchReport, _ bench: inout OfflineBench, inputLen: Int, outputLen: Int
    ) async throws {
        bench.profile?.reset()
        let result = try await bench.run(count: batchSize.value, inputLen: inputLen, outputLen: outputLen)
        let table = ProfileTable(bench.profile?.entries ?? [], wholeSeconds: result.totalSeconds)
        let heading = "profile of \(name), \(fixed(result.totalSeconds * 1000, decimals: 2)) ms"
        report.add("profile_\(name)", heading: heading, table)
    }
}
