import Martlet
import MartletEngine
import MartletJSON
import MartletModelIR
import Testing

@testable import MartletCLI

@Suite("Reports")
struct ReportTests {
    @Test("have percentiles as numpy interpolates them")
    func percentiles() {
        let values = [4.0, 1, 3, 2]
        #expect(values.median == 2.5)
        #expect(abs(values.percentile(99) - 3.97) < 1e-12)
        #expect(values.mean == 2.5)
        #expect([1.0, 3].standardDeviation == 1)
        #expect([Double]().median == 0)
    }

    @Test("of a load test count only what succeeded")
    func serve() throws {
        var good = LoadGenerator.Outcome()
        good.firstToken = 0.5
        good.end = 1.5
        good.outputTokens = 11
        good.promptTokens = 7
        good.gaps = [0.1, 0.3]
        var bad = LoadGenerator.Outcome()
        bad.failure = "HTTP 503"
        let json = ServeReport(outcomes: [good, bad], seconds: 2).report.json
        #expect(json["completed"] == 1)
        #expect(json["failed"] == 1)
        #expect(json["output_throughput"] == 5.5)
        #expect(json["mean_ttft_ms"] == 500.0)
        #expect(json["mean_tpot_ms"] == 100.0)
        #expect(json["median_itl_ms"] == 200.0)
    }

    @Test("of a profile sum to the whole, what no entry covers being the engine's")
    func profile() throws {
        var attend = StepProfile.Entry(name: "attend")
        (attend.calls, attend.seconds) = (2, 0.25)
        var linear = StepProfile.Entry(name: "linear")
        (linear.calls, linear.seconds, linear.weightBytes, linear.operations) = (4, 0.5, 1_000_000_000, 4_000_000_000)
        let table = ProfileTable([attend, .init(name: "never"), linear], wholeSeconds: 1)
        let rows = try #require(table.json.arrayValue)
        #expect(rows.map { $0["name"]?.stringValue } == ["linear", "attend", "engine: scheduling, outputs, hand-over"])
        #expect(rows.compactMap { $0["seconds"]?.doubleValue }.reduce(0, +) == 1)
        #expect(table.lines[1].contains("50.0%"))
        #expect(table.lines[1].contains(" 2.0 "))
        #expect(table.lines[1].contains(" 8.0 "))
    }

    @Test("of speed leave cached tokens out and need two tokens")
    func speeds() throws {
        let start = ContinuousClock.now
        var statistics = RequestStatistics(arrival: start, numPromptTokens: 30)
        #expect(RequestSpeeds(statistics) == nil)
        statistics.firstScheduled = start
        statistics.firstToken = start + .seconds(2)
        statistics.finished = start + .seconds(6)
        statistics.numGenerationTokens = 9
        let speeds = try #require(RequestSpeeds(statistics, cached: 10))
        #expect(speeds.prefill == 10)
        #expect(speeds.decode == 2)
    }

    @Test("of a batch count the steps in which all requests decode")
    func fullBatch() throws {
        let start = ContinuousClock.now
        func request(_ first: Int, _ last: Int) -> FullBatch.Request {
            // Tokens are read one millisecond after the step of ten that made them.
            FullBatch.Request(
                firstToken: start + .milliseconds(10 * first), finished: start + .milliseconds(10 * last),
                arrivals: (first...last).map { start + .milliseconds(10 * $0 + 1) })
        }
        let batch = try #require(FullBatch([request(1, 9), request(3, 11)]))
        #expect(batch.steps == 6)
        #expect(abs(batch.tokensPerSecond - 200) < 1e-6)
        #expect(FullBatch([request(1, 4), request(5, 9)]) == nil)
        #expect(FullBatch([]) == nil)
    }

    @Test("of progress show a bar once the size is known")
    func progress() {
        let half = LoadProgress(phase: .download, detail: "model.safetensors", completed: 512, total: 1024)
        #expect(ProgressLine.line(half) == "Downloading model.safetensors [##########..........] 512 B of 1.00 KiB")
        #expect(ProgressLine.line(LoadProgress(phase: .open, detail: "x")) == "Opening x")
    }

    static let colourCases: [(isTerminal: Bool, noColour: String?, expected: Bool)] = [
        (true, nil, true), (true, "", true), (true, "1", false), (false, nil, false),
    ]

    @Test("are coloured only on a terminal, and not against NO_COLOR", arguments: colourCases)
    func colours(_ row: (isTerminal: Bool, noColour: String?, expected: Bool)) {
        let console = Console(
            inputIsTerminal: true, outputIsTerminal: true, errorIsTerminal: row.isTerminal, noColour: row.noColour,
            term: "xterm")
        #expect(console.usesColour == row.expected)
        #expect((console.dim("a") == "a") != row.expected)
    }

    @Test("of a model say what it is, as text and as JSON")
    func inspect() async throws {
        let report = try await ModelReport.make(LLMConfiguration())
        let text = InspectReport(report).text
        #expect(text.contains("LlamaForCausalLM"))
        let line = text.split(separator: "\n").first { $0.hasPrefix("  temperature  ") }
        #expect(line?.hasSuffix("  1.0  (built-in)") == true)
        let json = try JSONReader.parse(InspectReport(report).json)
        #expect(json["architecture"] == "LlamaForCausalLM")
        #expect(json["kv_bytes_per_request"]?.intValue == report.kvBytesPerToken * report.maxModelLen)
        #expect(json["sampling_defaults"]?["top_p"]?["source"] == "built-in")
        #expect(json["pooling"] == nil)
    }

    @Test(
        "of a model of embeddings or scores say what it gives",
        arguments: [("bert", "embeddings of 24 columns", 0), ("modernbert_classifier", "scores of 1 label ", 1)])
    func inspectPooling(_ name: String, _ pooling: String, _ numLabels: Int) async throws {
        var configuration = LLMConfiguration()
        configuration.model =
            String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))
            + "/../Fixtures/encoders/\(name)"
        let report = try await ModelReport.make(configuration)
        let text = InspectReport(report).text
        #expect(text.contains("Pooling") && text.contains(pooling) && !text.contains("Sampling"), "\(text)")
        #expect(report.labels.count == numLabels && report.numLayers > 0 && !report.derivations.isEmpty)
        let json = try JSONReader.parse(InspectReport(report).json)
        #expect(json["pooling"]?["width"]?.intValue == report.poolingWidth && json["sampling_defaults"] == nil)
    }

    @Test("of a model that hears say what it understands")
    func inspectTranscription() async throws {
        var configuration = LLMConfiguration()
        configuration.model =
            String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))
            + "/../Fixtures/transcription_model"
        let report = try await ModelReport.make(configuration)
        let text = InspectReport(report).text
        #expect(
            text.contains("Transcription  ") && text.contains("80 mel bins") && !text.contains("Sampling"), "\(text)")
        #expect(report.numLayers == 2 && report.crossBytesPerWindow == 2 * 2 * 1500 * 32 * 2)
        let json = try JSONReader.parse(InspectReport(report).json)
        #expect(json["transcription"]?["cross_bytes_per_window"]?.intValue == report.crossBytesPerWindow)
        #expect(json["sampling_defaults"] == nil)
    }
}
