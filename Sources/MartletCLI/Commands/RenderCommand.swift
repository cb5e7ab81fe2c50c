import ArgumentParser
import Martlet
import MartletChat
import MartletJSON

/// `martlet render`: what chat templates make of conversations.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Render chat templates.",
        discussion: """
            Reads JSON lines and writes for each {"text": ...} or {"error": ...}. A line holds "template" and either \
            "variables", an object with the template's variables, or a chat: "messages", "tools", "documents", \
            "add_generation_prompt" (default false) and "continue_final_message"; other members of a chat become \
            variables of the template. "special_tokens" are variables too, "now" is the time of strftime_now in \
            ISO 8601.

              echo '{"template": "{{ messages[0].content }}", "messages": [{"role": "user", "content": "Hi"}]}' \
                | martlet render
            """)

    @Option(
        help: ArgumentHelp("Template of lines that bring none: a file, or its text.", valueName: "template"),
        completion: .file())
    var chatTemplate: String?

    mutating func run() throws {
        let given = try chatTemplate.map(TemplateArgument.text)
        // Lines mostly share their template, and parsing it is the larger part of the work.
        var latest = try given.map(TemplateArgument.parsed)
        _ = JSONLines(console: .standard).answer { line in
            guard let source = try line["template"].map({ _ in try line.requiredString("template") }) ?? given else {
                throw CLIError("template is missing")
            }
            if latest?.source != source { latest = try ChatTemplate(source) }
            guard let template = latest else { throw CLIError("template is missing") }
            let text =
                if let variables = line["variables"] {
                    try template.render(RenderLine.variables(variables, line), now: RenderLine.now(line))
                } else {
                    try template.render(RenderLine.request(line))
                }
            return ["text": .string(text)]
        }
    }
}
