import ArgumentParser
import Martlet
import MartletChat
import MartletJSON

/// `--chat-template-content-format`.
enum ContentFormatArgument: String, ExpressibleByArgument, CaseIterable {
    case auto, string, openai

    /// nil for `auto`.
    var format: ChatTemplateContentFormat? { ChatTemplateContentFormat(rawValue: rawValue) }
}

/// How conversations become prompts; spelled as vLLM's flags.
struct ChatTemplateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("File with a Jinja chat template, or its text.", valueName: "template"), completion: .file())
    var chatTemplate: String?

    @Option(
        help: "How message contents are given to the template: as text, as lists of parts, or as it reads them.")
    var chatTemplateContentFormat = ContentFormatArgument.auto

    @Option(
        help: ArgumentHelp(
            "Variables of the template, such as '{\"enable_thinking\": false}'; requests may replace them.",
            valueName: "json"),
        transform: JSONObjectArgument.parse)
    var defaultChatTemplateKwargs = JSONObject()

    /// Writes these choices into a configuration.
    ///
    /// **Throws** when the template is neither a readable file nor looks like a template.
    func apply(to configuration: inout LLMConfiguration) throws {
        configuration.chatTemplate = try chatTemplate.map(TemplateArgument.text)
        configuration.chatTemplateContentFormat = chatTemplateContentFormat.format
        configuration.defaultChatTemplateKwargs = defaultChatTemplateKwargs
    }
}
