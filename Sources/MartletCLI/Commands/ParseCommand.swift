import ArgumentParser
import MartletChat
import MartletJSON

/// `martlet parse`: what a model wrote, told apart into reasoning, content and tool calls.
struct ParseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse",
        abstract: "Divide model output into reasoning, content and tool calls.",
        discussion: """
            Reads model output from the standard input and prints the assistant message it means, one JSON object \
            per line. With --input-format text the whole input is one output, to the last byte: a line break that \
            the shell adds at the end belongs to it. With jsonl every line is {"text": OUTPUT}, where "tools" and \
            "chat_template_kwargs" take the place of the options. By default the input is jsonl if all its lines \
            are such objects, else text.

              printf '%s' "$OUTPUT" | martlet parse --tool-call-parser hermes --reasoning-parser qwen3
              martlet parse --tool-call-parser qwen3_coder --tools tools.json < outputs.jsonl
            """)

    /// What the standard input holds.
    enum InputFormat: String, CaseIterable, ExpressibleByArgument {
        case auto, text, jsonl
    }

    @Option(help: ArgumentHelp("How the model writes tool calls; vLLM's names.", valueName: "name"))
    var toolCallParser: String?

    @Option(help: ArgumentHelp("How the model marks reasoning; vLLM's names.", valueName: "name"))
    var reasoningParser: String?

    @Option(
        help: ArgumentHelp(
            "JSON file with the tools of the request, an array, to type arguments by.", valueName: "file"),
        completion: .file())
    var tools: String?

    @Option(help: ArgumentHelp("JSON object that can switch reasoning off, as in requests.", valueName: "json"))
    var chatTemplateKwargs: String?

    @Option(help: "What the standard input holds: auto, text or jsonl.")
    var inputFormat = InputFormat.auto

    func validate() throws {
        if let name = toolCallParser, name != Self.none, ToolCallFormat.named(name) == nil {
            throw unknown("tool-call parser", name, ToolCallFormat.names)
        }
        if let name = reasoningParser, name != Self.none, ReasoningFormat.named(name) == nil {
            throw unknown("reasoning parser", name, ReasoningFormat.names)
        }
        if let text = chatTemplateKwargs, (try? JSONReader.parse(text))?.objectValue == nil {
            throw ValidationError("--chat-template-kwargs is no JSON object: \(text)")
        }
    }

    /// What stands for no parser, as in `martlet serve`.
    private static let none = "none"

    private func unknown(_ kind: String, _ name: String, _ names: [String]) -> ValidationError {
        ValidationError("unknown \(kind) \(name); known are \(names.joined(separator: ", ")) and \(Self.none)")
    }

    mutating func run() throws {
        var job = ParseJob(
            toolCalls: toolCallParser.flatMap { ToolCallFormat.named($0) },
            reasoning: reasoningParser.flatMap { ReasoningFormat.named($0) })
        if let path = tools { job.tools = try readTools(path) }
        if let text = chatTemplateKwargs {
            job.chatTemplateKwargs = try JSONReader.parse(text).objectValue ?? JSONObject()
        }
        let console = Console.standard
        let input = console.readAll()
        switch inputFormat {
        case .text: console.out(job.line(for: input))
        case .auto:
            guard let jobs = try? job.jobs(input), !jobs.isEmpty else { return console.out(job.line(for: input)) }
            for (job, text) in jobs { console.out(job.line(for: text)) }
        case .jsonl: for (job, text) in try job.jobs(input) { console.out(job.line(for: text)) }
        }
    }

    private func readTools(_ path: String) throws -> [JSONValue] {
        guard let text = TextFile.read(path) else { throw CLIError("cannot read \(path)") }
        do {
            guard let tools = try JSONReader.parse(text).arrayValue else {
                throw CLIError("\(path): expected an array of tools")
            }
            return tools
        } catch let error as JSONError {
            throw CLIError("\(path): \(error)")
        }
    }
}
