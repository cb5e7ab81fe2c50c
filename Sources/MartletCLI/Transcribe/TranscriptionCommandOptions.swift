public import ArgumentParser
public import Martlet

extension TranscriptionOptions.Task: ExpressibleByArgument {}

/// How speech becomes text; names and defaults as openai-whisper's where it has them.
struct TranscriptionCommandOptions: ParsableArguments {
    @Option(help: "Write down what is said, or translate it into English.")
    var task = TranscriptionOptions.Task.transcribe

    @Option(help: "Language that is spoken, such as de or german (default: detected).")
    var language: String?

    @Option(help: "Text that comes before, or names and spellings to expect.")
    var initialPrompt: String?

    @Option(help: "Words to expect.")
    var hotwords: String?

    @Option(help: "First temperature to try.")
    var temperature: Float = 0

    @Option(
        help: ArgumentHelp(
            "Step to the next temperature when a text is not good enough (0: one try).", valueName: "step"))
    var temperatureIncrementOnFallback: Float = 0.2

    @Option(help: ArgumentHelp("Samples to choose from at temperatures above 0.", valueName: "n"))
    var bestOf = CountArgument(5)

    @Option(
        parsing: .unconditional,
        help: "Try again when a text repeats itself so that it can be compressed further than this.")
    var compressionRatioThreshold = 2.4

    @Option(
        parsing: .unconditional,
        help: "Try again when the mean log-probability of a text is below this.")
    var logprobThreshold = -1.0

    @Option(
        parsing: .unconditional,
        help: "Leave a window empty when it probably has no speech and its text is improbable.")
    var noSpeechThreshold = 0.6

    @Flag(help: "Decode windows one after the other, each with the text before it, as openai-whisper does.")
    var conditionOnPreviousText = false

    @Flag(help: "Find the times of words; subtitles then last from the first word to the last.")
    var wordTimestamps = false

    @Flag(inversion: .prefixedNo, help: "Leave out silence.")
    var vadFilter = true

    @Option(help: ArgumentHelp("Probability from which on sound counts as speech.", valueName: "p"))
    var vadThreshold: Float?

    mutating func validate() throws {
        guard temperature >= 0, temperature <= 2 else { throw ValidationError("--temperature must be from 0 to 2") }
        guard temperatureIncrementOnFallback >= 0, temperatureIncrementOnFallback.isFinite else {
            throw ValidationError("--temperature-increment-on-fallback must not be negative")
        }
        if let vadThreshold, !(0...1).contains(vadThreshold) {
            throw ValidationError("--vad-threshold must be from 0 to 1")
        }
    }

    /// The options of every file.
    func options(seed: UInt64?) -> TranscriptionOptions {
        var options = TranscriptionOptions()
        options.task = task
        options.language = language
        options.initialPrompt = initialPrompt
        options.hotwords = hotwords
        options.temperatures = temperatures
        options.bestOf = bestOf.value
        options.compressionRatioThreshold = compressionRatioThreshold
        options.logprobThreshold = logprobThreshold
        options.noSpeechThreshold = noSpeechThreshold
        options.conditionOnPreviousText = conditionOnPreviousText
        options.wordTimestamps = wordTimestamps
        options.vadFilter = vadFilter
        options.vadThreshold = vadThreshold
        options.seed = seed
        return options
    }

    /// From the first temperature up to 1.
    private var temperatures: [Float] {
        let step = temperatureIncrementOnFallback
        guard step > 0.001, temperature < 1 else { return [temperature] }
        let count = Int(((1 - temperature) / step + 1e-4).rounded(.down))
        return (0...count).map { temperature + Float($0) * step }
    }
}
