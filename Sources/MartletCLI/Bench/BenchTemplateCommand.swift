import ArgumentParser
import Martlet
import MartletChat
import MartletJSON

/// `martlet bench template`: how fast a chat template makes a prompt of a conversation.
struct BenchTemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Measure a chat template on a conversation.",
        discussion: """
            Parses the template and renders the conversation --repeat times each, and reports medians of the thread's \
            own time, which neighbours on the machine disturb less than the clock on the wall. A rendering begins with \
            the parsed request and ends with the text. The file holds what a line of martlet render does, or just a \
            list of messages. Benchmarks/templates runs it beside jinja2.

              martlet bench template --chat-template chat.jinja --messages chat.json
            """)

    @Option(help: ArgumentHelp("A template: a file, or its text.", valueName: "template"), completion: .file())
    var chatTemplate: String

    @Option(help: ArgumentHelp("A conversation as JSON.", valueName: "file"), completion: .file())
    var messages: String

    @Option(help: ArgumentHelp("How often the template is parsed and the conversation rendered.", valueName: "n"))
    var `repeat` = CountArgument(200)

    @Option(help: ArgumentHelp("File for the rendered text.", valueName: "file"), completion: .file())
    var outputText: String?

    @Option(help: ArgumentHelp("File for the results as JSON.", valueName: "file"), completion: .file())
    var outputJson: String?

    mutating func run() throws {
        let source = try TemplateArgument.text(chatTemplate)
        let request = try readRequest()
        var template = try ChatTemplate(source)
        var text = ""
        var (parsing, rendering): ([Double], [Double]) = ([], [])
        for _ in 0..<`repeat`.value {
            // The larger part of it runs on a thread of its own.
            let start = ContinuousClock.now
            template = try ChatTemplate(source)
            parsing.append(start.duration(to: .now) / .seconds(1))
        }
        for _ in 0..<`repeat`.value {
            rendering.append(try ThreadClock.seconds { text = try template.render(request) })
        }
        let result: JSONValue = [
            "messages": .integer(Int64(request.messages.count)), "bytes": .integer(Int64(text.utf8.count)),
            "parse_ms": .double(Self.median(parsing) * 1e3), "render_ms": .double(Self.median(rendering) * 1e3),
        ]
        Console.standard.out(
            """
            \(request.messages.count) messages become \(text.utf8.count) bytes
            parse  \(fixed(Self.median(parsing) * 1e3, decimals: 3)) ms
            render \(fixed(Self.median(rendering) * 1e3, decimals: 3)) ms

            """)
        if let outputText { try TextFile.write(Array(text.utf8), to: outputText) }
        if let outputJson { try TextFile.write(Array((JSONWriter.string(result) + "\n").utf8), to: outputJson) }
    }

    private func readRequest() throws -> ChatRenderRequest {
        guard let text = TextFile.read(messages) else { throw CLIError("cannot read \(messages)") }
        switch try JSONReader.parse(text) {
        case .object(let object): return try RenderLine.request(object)
        case .array(let list): return ChatRenderRequest(messages: list, now: .now())
        default: throw CLIError("\(messages) must hold an object with messages, or a list of messages")
        }
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
}
