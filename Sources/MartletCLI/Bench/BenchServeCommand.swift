import ArgumentParser
import Glibc
import MartletJSON

/// `martlet bench serve`: load on a running server, with vLLM's metrics.
struct BenchServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Send load to a running OpenAI-compatible server.",
        discussion: """
            Streams completions of random token ids and reports what vLLM's benchmark of the same name does: \
            time to first token (TTFT), time per output token after the first (TPOT), gaps between chunks (ITL).

              martlet bench serve --base-url http://127.0.0.1:8000 --num-prompts 64 --max-concurrency 16
              martlet bench serve --request-rate 4 --random-input-len 512 --random-output-len 64
            """)

    @Option(help: ArgumentHelp("The server, http only.", valueName: "url"))
    var baseUrl = "http://127.0.0.1:8000"

    @Option(help: "Model name (default: the first the server lists).")
    var model: String?

    @Option(help: ArgumentHelp("Requests to send.", valueName: "n"))
    var numPrompts = CountArgument(100)

    @Option(help: ArgumentHelp("Requests per second, at random intervals (default: all at once).", valueName: "rate"))
    var requestRate: Double?

    @Option(help: ArgumentHelp("Most requests at once (default: no bound).", valueName: "n"))
    var maxConcurrency: CountArgument?

    @Option(help: ArgumentHelp("Tokens of a prompt.", valueName: "tokens"))
    var randomInputLen = CountArgument(128)

    @Option(help: ArgumentHelp("Tokens to generate per request.", valueName: "tokens"))
    var randomOutputLen = CountArgument(128)

    @Option(help: ArgumentHelp("Prompts use token ids from 64 up to this.", valueName: "id"))
    var randomTokenRange = CountArgument(1000)

    @Option(help: "Seed of prompts and intervals.")
    var seed: UInt64 = 0

    @Option(help: "Key to send (default: MARTLET_API_KEY or VLLM_API_KEY).")
    var apiKey: String?

    @Option(help: ArgumentHelp("File for the results as JSON.", valueName: "file"), completion: .file())
    var outputJson: String?

    mutating func validate() throws {
        if let requestRate, !(requestRate > 0) { throw ValidationError("--request-rate must be above 0") }
        guard randomTokenRange.value > 64 else { throw ValidationError("--random-token-range must be above 64") }
        guard HTTPTarget(baseUrl) != nil else { throw ValidationError("--base-url must be http://host[:port][/path]") }
    }

    mutating func run() async throws {
        guard let target = HTTPTarget(baseUrl) else { throw CLIError("--base-url \(baseUrl) is no http URL") }
        let key = apiKey ?? Environment.apiKeys.first
        let model = try model ?? firstModel(target, key)
        var random = SplitMix(state: seed)
        let requests = (0...numPrompts.value).map { _ in request(target, model: model, key: key, &random) }
        // One request first: a wrong name or key should not be measured a hundred times.
        let trial = try LoadGenerator(target: target, maxConcurrency: 1, sendTimes: [0]).run([requests[0]])
        if let failure = trial.outcomes[0].failure { throw CLIError("the first request failed: \(failure)") }
        let generator = LoadGenerator(
            target: target, maxConcurrency: maxConcurrency?.value ?? .max, sendTimes: sendTimes(&random))
        let (outcomes, seconds) = try generator.run(Array(requests.dropFirst()))
        var report = ServeReport(outcomes: outcomes, seconds: seconds).report
        report.add("model", "Model", model)
        try report.publish(on: .standard, jsonPath: outputJson)
        if let failure = outcomes.compactMap(\.failure).first { throw CLIError("some requests failed: \(failure)") }
    }

    private func firstModel(_ target: HTTPTarget, _ key: String?) throws -> String {
        let request = target.request("GET", path: "/v1/models", apiKey: key, body: nil)
        let (status, body) = try HTTPExchange.perform(target: target, request: request)
        guard status == 200, let json = try? JSONReader.parse(body), let id = json["data"]?[0]?["id"]?.stringValue
        else {
            throw CLIError("\(baseUrl)/v1/models gave no model (HTTP \(status)): \(body.prefix(200))")
        }
        return id
    }

    private func request(_ target: HTTPTarget, model: String, key: String?, _ random: inout SplitMix) -> [UInt8] {
        let span = UInt64(randomTokenRange.value - 64)
        let ids = (0..<randomInputLen.value).map { _ in JSONValue.integer(Int64(64 + random.next() % span)) }
        let body: JSONValue = [
            "model": .string(model), "prompt": .array(ids), "max_tokens": .integer(Int64(randomOutputLen.value)),
            "temperature": 0, "ignore_eos": true, "stream": true, "stream_options": ["include_usage": true],
        ]
        return target.request("POST", path: "/v1/completions", apiKey: key, body: JSONWriter.string(body))
    }

    /// Exponential intervals, so that arrivals are a Poisson process, as in vLLM.
    private func sendTimes(_ random: inout SplitMix) -> [Double] {
        guard let requestRate else { return Array(repeating: 0, count: numPrompts.value) }
        var time = 0.0
        return (0..<numPrompts.value).map { _ in
            defer { time += -log(1 - Double(random.next() >> 11) * 0x1p-53) / requestRate }
            return time
        }
    }
}
