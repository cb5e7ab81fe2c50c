import ArgumentParser
import Martlet
import MartletServer

/// How answers are read; spelled as vLLM's flags.
struct OutputParserOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the model writes tool calls, such as hermes, or none (default: told from template and vocabulary).",
            valueName: "name"))
    var toolCallParser: String?

    @Option(
        help: ArgumentHelp(
            "How the model marks reasoning, such as qwen3, or none (default: told from template and vocabulary).",
            valueName: "name"))
    var reasoningParser: String?

    @Flag(help: "Accepted for compatibility; tools are always the model's choice unless a request says otherwise.")
    var enableAutoToolChoice = false

    @Flag(help: "Leave tools out of the prompt when a request's tool_choice is none.")
    var excludeToolsWhenToolChoiceNone = false

    @Flag(help: "Render chat templates that come with requests.")
    var trustRequestChatTemplate = false

    /// Writes the names into a configuration.
    func apply(to configuration: inout LLMConfiguration) {
        configuration.toolCallParser = toolCallParser
        configuration.reasoningParser = reasoningParser
    }

    /// Writes what requests may do into a configuration.
    func apply(to configuration: inout ServerConfiguration) {
        configuration.excludeToolsWhenToolChoiceNone = excludeToolsWhenToolChoiceNone
        configuration.trustRequestChatTemplate = trustRequestChatTemplate
    }
}
