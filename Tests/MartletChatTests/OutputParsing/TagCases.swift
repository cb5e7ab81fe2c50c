import Foundation
import MartletChat
import MartletJSON

/// An output with what vLLM finds in it, as `Scripts/goldens/make_tag_tool_calls.py` and `make_reasoning.py` wrote down.
struct TagCase: Sendable, CustomStringConvertible {
    var toolCalls: String?
    var reasoning: String?
    var tools: [JSONValue] = []
    var kwargs = JSONObject()
    var output: String
    var expected: Expected

    /// A message without the ids of its calls.
    struct Expected: Equatable, Sendable {
        var reasoning: String?
        var content: String?
        /// Names and arguments.
        var calls: [[String]] = []
    }

    var description: String { "\(toolCalls ?? reasoning ?? "none"): \(output)" }

    /// The message of the output in pieces.
    func message(_ pieces: some Sequence<String>) -> Expected {
        let format = reasoning.flatMap { ReasoningFormat.named($0)! }
        var parser = OutputParser(
            toolCalls: toolCalls.flatMap { ToolCallFormat.named($0)! },
            reasoning: format?.isEnabled(by: kwargs) == true ? format : nil, tools: tools,
            randomness: FixedRandomness())
        var events: [OutputEvent] = []
        for piece in pieces { events += parser.append(piece) }
        let message = OutputMessage(events + parser.finish())
        return Expected(
            reasoning: message.reasoning, content: message.content,
            calls: message.toolCalls.map { [$0.name, $0.arguments] })
    }

    static let toolCallCases: [TagCase] = {
        let fixture = load("tag_tool_calls")
        return fixture["cases"]!.arrayValue!.map { value in
            TagCase(
                toolCalls: value["parser"]!.stringValue!,
                tools: value["tools"] == true ? fixture["tools"]!.arrayValue! : [],
                output: value["output"]!.stringValue!,
                expected: Expected(
                    content: value["content"]?.stringValue,
                    calls: value["calls"]!.arrayValue!.map { $0.arrayValue!.map { $0.stringValue! } }))
        }
    }()

    static let reasoningCases: [TagCase] = load("reasoning")["cases"]!.arrayValue!.map { value in
        TagCase(
            reasoning: value["parser"]!.stringValue!, kwargs: value["kwargs"]?.objectValue ?? JSONObject(),
            output: value["output"]!.stringValue!,
            expected: Expected(reasoning: value["reasoning"]?.stringValue, content: value["content"]?.stringValue))
    }

    private static func load(_ folder: String) -> JSONValue {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try! Data(contentsOf: tests.appending(path: "Fixtures/\(folder)/cases.json"))
        return try! JSONReader.parse([UInt8](data))
    }

    /// Calls `body` with the output cut in every two pieces, into characters, and into random pieces.
    func withEveryCut(_ randomness: inout FixedRandomness, _ body: ([String]) -> Void) {
        let count = output.unicodeScalars.count
        for cut in 0...count { body([output.scalars(0..<cut), output.scalars(cut..<count)]) }
        body(output.unicodeScalars.map { String($0) })
        for longest in [2, 5, 20] { body(output.pieces(longest, &randomness)) }
    }
}
