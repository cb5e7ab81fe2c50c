import ArgumentParser
import Martlet
import MartletEngine
import MartletModelIR

/// `martlet bench transcribe`: how fast a speech model encodes a window and decodes its tokens.
struct BenchTranscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe",
        abstract: "Measure a speech model on windows of noise.",
        discussion: """
            Encodes --batch-size windows of 30 s at once and decodes --decode-from and then --decode-len tokens of \
            each, past every end, on the path of requests. Reports the medians of the encoder's time, of the keys and \
            values of cross attention, and of a step of decoding behind the first --decode-from tokens.
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(help: ArgumentHelp("Tokens of a window before the measured ones.", valueName: "tokens"))
    var decodeFrom = CountArgument(32)

    @Option(help: ArgumentHelp("Measured tokens of a window.", valueName: "tokens"))
    var decodeLen = CountArgument(160)

    @Option(help: ArgumentHelp("Windows at once.", valueName: "n"))
    var batchSize = CountArgument(1)

    @Option(help: ArgumentHelp("Measured iterations.", valueName: "n"))
    var numIters = CountArgument(5)

    @Option(help: ArgumentHelp("Iterations before them.", valueName: "n"))
    var numItersWarmup = 1

    @Flag(help: "Print where the time of one more iteration goes, part by part; the parts' clocks slow small models.")
    var profile = false

    @Option(help: ArgumentHelp("File for the results as JSON, - for standard output alone.", valueName: "file"))
    var outputJson: String?

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func run() async throws {
        let stages = StepProfile()
        let parts = profile ? StepProfile() : nil
        let speech = try await load(stages: stages, parts: parts)
        var encoder: [Double] = []
        var cross: [Double] = []
        var steps: [Double] = []
        for iteration in 0..<max(numItersWarmup, 0) + numIters.value {
            stages.reset()
            let step = try await secondsPerStep(of: speech)
            guard iteration >= numItersWarmup else { continue }
            encoder.append(seconds(EncoderStage.encoderEntry, stages))
            cross.append(seconds(EncoderStage.crossEntry, stages))
            steps.append(step)
        }
        var report = BenchReport()
        report.add(speech.info)
        report.add("format", "Format", speech.info.formats.max { $0.bytes < $1.bytes }?.format ?? "")
        report.add("batch_size", "Windows at once", batchSize.value)
        report.add("decode_from", "Tokens before", decodeFrom.value)
        report.add("decode_len", "Measured tokens", decodeLen.value)
        report.add("num_iters", "Iterations", steps.count)
        report.add("encoder_ms", "Encoder", encoder.median * 1000, unit: "ms")
        report.add("cross_kv_ms", "Cross attention keys, values", cross.median * 1000, unit: "ms")
        report.add("decoder_ms_per_token", "Step of decoding", steps.median * 1000, unit: "ms", decimals: 3)
        if let parts {
            parts.reset()
            let start = ContinuousClock.now
            _ = try await secondsPerStep(of: speech)
            let whole = (ContinuousClock.now - start).seconds
            report.add("profile", heading: "profile", ProfileTable(parts.entries, wholeSeconds: whole))
        }
        try report.publish(on: .standard, jsonPath: outputJson)
        await speech.shutDown()
    }

    private func load(stages: StepProfile, parts: StepProfile?) async throws -> TranscriptionModel {
        var configuration = LLMConfiguration()
        configuration.maxNumSeqs = batchSize.value
        model.apply(to: &configuration)
        engine.apply(to: &configuration)
        configuration.maxNumQueuedRequests = nil
        configuration.maxNumBatchedTokens = max(configuration.maxNumBatchedTokens, configuration.maxNumSeqs)
        configuration.profile = parts
        configuration.transcription.stageProfile = stages
        return try await TranscriptionModel.load(configuration)
    }

    /// Median over the windows of the time from one token to the next.
    private func secondsPerStep(of speech: TranscriptionModel) async throws -> Double {
        let (from, length) = (decodeFrom.value, decodeLen.value)
        let windows = try await speech.decodeNoise(numWindows: batchSize.value, numTokens: from + length)
        // Of several windows the last to begin decodes with all the others.
        guard let last = windows.max(by: { $0[0] < $1[0] }), last.count == from + length else {
            throw CLIError("a window ended early")
        }
        return (last[from + length - 1] - last[from - 1]).seconds / Double(length)
    }

    private func seconds(_ name: String, _ profile: StepProfile) -> Double {
        profile.entries.first { $0.name == name }?.seconds ?? 0
    }
}
