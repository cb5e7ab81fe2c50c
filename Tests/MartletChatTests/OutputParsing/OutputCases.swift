import Foundation
import MartletChat
import MartletJSON

/// An output with the message it means, as `Scripts/goldens/make_tool_calls.py` wrote them down.
struct OutputCase: Sendable, CustomStringConvertible {
    var format: String
    var text: String
    var reasoning: String?
    var content: String?
    /// Names and arguments.
    var calls: [[String]]

    var description: String { "\(format): \(text)" }

    static let jsonFormats = document["cases"]!.arrayValue!.map { value in
        OutputCase(
            format: value["format"]!.stringValue!, text: value["text"]!.stringValue!,
            reasoning: value["reasoning"]?.stringValue, content: value["content"]?.stringValue,
            calls: value["tool_calls"]!.arrayValue!.map {
                [$0["name"]!.stringValue!, $0["arguments"]!.stringValue!]
            })
    }
    /// The tools of the requests.
    static let tools = document["tools"]!.arrayValue!

    private static let document: JSONValue = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try! Data(contentsOf: tests.appending(path: "Fixtures/tool_calls/json_formats.json"))
        return try! JSONReader.parse([UInt8](data))
    }()
}

/// Numbers that are the same in every run.
struct FixedRandomness: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(_ seed: UInt64 = 1) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

/// The message of a text that comes in pieces.
func message(_ format: String, _ pieces: some Sequence<String>) -> OutputMessage {
    var parser = OutputParser(
        toolCalls: ToolCallFormat.named(format)!, reasoning: nil, tools: OutputCase.tools, randomness: FixedRandomness()
    )
    var events: [OutputEvent] = []
    for piece in pieces { events += parser.append(piece) }
    return OutputMessage(events + parser.finish())
}

extension String {
    /// The characters' scalars between two places.
    func scalars(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(unicodeScalars.dropFirst(range.lowerBound).prefix(range.count)))
    }

    /// Pieces of random lengths from 1 to `longest`.
    func pieces(_ longest: Int, _ randomness: inout FixedRandomness) -> [String] {
        var pieces: [String] = []
        var rest = unicodeScalars[...]
        while !rest.isEmpty {
            let length = Int.random(in: 1...longest, using: &randomness)
            pieces.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}
