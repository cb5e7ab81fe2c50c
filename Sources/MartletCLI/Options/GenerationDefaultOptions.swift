import ArgumentParser
import Glibc
import Martlet
import MartletJSON

/// Where sampling defaults come from.
struct GenerationDefaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "auto: the model's generation_config.json; vllm: neutral values; or a folder that has one.",
            valueName: "source"))
    var generationConfig = "auto"

    @Option(
        help: ArgumentHelp(
            "Sampling defaults that replace the model's, such as '{\"temperature\": 0.2}'.", valueName: "json"),
        transform: JSONObjectArgument.parse)
    var overrideGenerationConfig = JSONObject()

    /// Writes these choices into a configuration.
    func apply(to configuration: inout LLMConfiguration) {
        configuration.generationConfig = generationConfig
        configuration.overrideGenerationConfig = overrideGenerationConfig
    }
}
