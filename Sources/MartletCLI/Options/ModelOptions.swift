public import ArgumentParser
public import Martlet
import MartletJSON

extension LLMConfiguration.ConfigFormat: ExpressibleByArgument {}
extension LLMConfiguration.LoadFormat: ExpressibleByArgument {}
extension LLMConfiguration.TokenizerMode: ExpressibleByArgument {}

/// Which model, and from where.
struct ModelOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Folder, .gguf file or hub name; the demo model when left out.", valueName: "model"),
        completion: .file())
    var positionalModel: String?

    @Option(name: .customLong("model"), help: "The model, for scripts that prefer a flag.", completion: .file())
    var flaggedModel: String?

    @Option(help: "Folder or tokenizer.json to use instead of the model's own.", completion: .file())
    var tokenizer: String?

    @Option(help: "Branch, tag or commit of a hub model.")
    var revision: String?

    @Option(help: "Cache folder for hub models (default: as huggingface_hub).", completion: .directory)
    var downloadDir: String?

    @Option(help: "Whose configuration to read where a model comes in several forms.")
    var configFormat = LLMConfiguration.ConfigFormat.auto

    @Option(help: "Which weights to read where a model comes in several forms.")
    var loadFormat = LLMConfiguration.LoadFormat.auto

    @Option(help: "Which tokenizer to read where a folder has several.")
    var tokenizerMode = LLMConfiguration.TokenizerMode.auto

    @Option(
        help: ArgumentHelp(
            "Members that replace those of config.json, such as '{\"rope_theta\": 1e6}'.", valueName: "json"),
        transform: JSONObjectArgument.parse)
    var hfOverrides = JSONObject()

    @Flag(help: "Accepted for compatibility; code of a checkpoint is never run.")
    var trustRemoteCode = false

    mutating func validate() throws {
        guard positionalModel == nil || flaggedModel == nil || positionalModel == flaggedModel else {
            throw ValidationError("give the model once, as argument or with --model")
        }
    }

    /// The model asked for; nil is the demo model.
    var model: String? { positionalModel ?? flaggedModel }

    /// Writes these choices into a configuration.
    func apply(to configuration: inout LLMConfiguration) {
        configuration.model = model
        configuration.tokenizer = tokenizer
        configuration.revision = revision
        configuration.downloadDirectory = downloadDir
        configuration.environment = Environment.hub
        configuration.configFormat = configFormat
        configuration.loadFormat = loadFormat
        configuration.tokenizerMode = tokenizerMode
        configuration.hfOverrides = hfOverrides
    }

    /// Tells on the standard error what the user should know before loading.
    func announce(on console: Console) {
        if model == nil {
            console.err("martlet: no model given, using the built-in demo model (see martlet --help)\n")
        }
        if trustRemoteCode {
            console.err("martlet: warning: --trust-remote-code has no effect; code of a checkpoint is never run\n")
        }
    }
}
