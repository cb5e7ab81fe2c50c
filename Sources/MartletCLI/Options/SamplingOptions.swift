import ArgumentParser
import Martlet

/// Sampling of one answer; what is left out comes from the model's defaults.
struct SamplingOptions: ParsableArguments {
    @Option(help: "0 is greedy.")
    var temperature: Double?

    @Option(help: ArgumentHelp("Keep the most probable tokens that together reach this.", valueName: "p"))
    var topP: Double?

    @Option(help: ArgumentHelp("Keep this many tokens.", valueName: "k"))
    var topK: Int?

    @Option(help: ArgumentHelp("Keep tokens at least this probable beside the most probable one.", valueName: "p"))
    var minP: Double?

    @Option(help: ArgumentHelp("Above 1 discourages what was said already.", valueName: "factor"))
    var repetitionPenalty: Double?

    @Option(help: ArgumentHelp("Most tokens to generate.", valueName: "n"))
    var maxTokens: CountArgument?

    @Option(help: ArgumentHelp("Ends the output; may be repeated.", valueName: "text"))
    var stop: [String] = []

    /// The overrides of a request.
    var overrides: SamplingOverrides {
        var overrides = SamplingOverrides()
        overrides.temperature = temperature
        overrides.topP = topP
        overrides.topK = topK
        overrides.minP = minP
        overrides.repetitionPenalty = repetitionPenalty
        overrides.maxTokens = maxTokens?.value
        return overrides
    }
}
