import ArgumentParser
import Glibc
import Martlet
import MartletJSON

/// Where sampling defaults and the chat template come from.
struct GenerationDefaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "auto: the model's generation_config.json; vllm: neutral values; or a folder that has one.",
            valueName: "source"))
    var generationConfig = "auto"

    @Option(
        help: ArgumentHelp(
            "Sampling defaults that replace the model's, such as '{\"temperature\": 0.2}'.", valueName: "json"),
        transform: parseObject)
    var overrideGenerationConfig = JSONObject()

    @Option(
        help: ArgumentHelp("File with a Jinja chat template, or its text.", valueName: "template"), completion: .file())
    var chatTemplate: String?

    /// Writes these choices into a configuration.
    ///
    /// **Throws** when the template is neither a readable file nor looks like a template.
    func apply(to configuration: inout LLMConfiguration) throws {
        configuration.generationConfig = generationConfig
        configuration.overrideGenerationConfig = overrideGenerationConfig
        configuration.chatTemplate = try chatTemplate.map(Self.templateText)
    }

    private static func templateText(_ argument: String) throws -> String {
        if let text = TextFile.read(argument) { return text }
        guard argument.contains("{") else {
            throw CLIError("--chat-template: \(argument) cannot be read and is no template text")
        }
        return argument
    }

    private static func parseObject(_ text: String) throws -> JSONObject {
        do {
            guard let object = try JSONReader.parse(text).objectValue else {
                throw ValidationError("expected a JSON object, such as '{\"temperature\": 0.2}'")
            }
            return object
        } catch let error as JSONError {
            throw ValidationError("expected a JSON object: \(error)")
        }
    }
}
