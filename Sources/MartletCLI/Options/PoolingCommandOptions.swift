public import ArgumentParser
public import Martlet
import MartletJSON

extension LLMConfiguration.Runner: ExpressibleByArgument {}
extension LLMConfiguration.Convert: ExpressibleByArgument {}

/// What a model is used for; spelled as vLLM's flags.
struct PoolingCommandOptions: ParsableArguments {
    /// `--task`, as older scripts have it.
    enum Task: String, ExpressibleByArgument, CaseIterable {
        case auto, generate, embed, embedding, classify, score, reward
    }

    @Option(help: "What the model is used for: text, embeddings and scores, or what its files say.")
    var runner = LLMConfiguration.Runner.auto

    @Option(help: "What a text model becomes for the pooling runner.")
    var convert = LLMConfiguration.Convert.auto

    @Option(help: "Older spelling of --runner and --convert.")
    var task = Task.auto

    @Option(
        help: ArgumentHelp(
            "JSON object with pooling_type, use_activation, dimensions.", valueName: "json"),
        transform: JSONObjectArgument.parse)
    var poolerConfig = JSONObject()

    @Option(
        help: ArgumentHelp("Older spelling of --pooler-config.", valueName: "json"),
        transform: JSONObjectArgument.parse)
    var overridePoolerConfig = JSONObject()

    mutating func validate() throws {
        guard task != .reward else {
            throw ValidationError("--task reward is not supported; supported: embed, classify")
        }
    }

    /// Writes these choices into a configuration.
    func apply(to configuration: inout LLMConfiguration) {
        configuration.runner = runner
        configuration.convert = convert
        switch task {
        case .auto, .reward: break
        case .generate: configuration.runner = .generate
        case .embed, .embedding: (configuration.runner, configuration.convert) = (.pooling, .embed)
        case .classify, .score:
            configuration.runner = .pooling
            if convert == .auto { configuration.convert = .classify }
        }
        configuration.poolerConfig = poolerConfig.isEmpty ? overridePoolerConfig : poolerConfig
    }
}
