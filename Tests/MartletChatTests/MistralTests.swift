import Foundation
import MartletChat
import MartletJSON
import Testing

@Suite("Requests are spelled as mistral_common spells them")
struct MistralTests {
    private func cases() throws -> [JSONValue] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Fixtures/mistral/chat.cases.json"))
        return try #require(try JSONReader.parse([UInt8](data)).arrayValue)
    }

    private func request(_ json: JSONValue, shortens: Bool = false) throws -> MistralChatRequest {
        MistralChatRequest(
            messages: try #require(json["messages"]?.arrayValue), tools: json["tools"]?.arrayValue,
            continueFinalMessage: json["continue_final_message"]?.boolValue ?? false,
            reasoningEffort: json["reasoning_effort"]?.stringValue, responseFormat: json["response_format"],
            shortensToolCallIDs: shortens)
    }

    @Test("Every version, accepted and refused", arguments: MistralVersion.allCases)
    func goldens(_ version: MistralVersion) throws {
        var counts = (accepted: 0, refused: 0)
        for entry in try cases() where entry[0] == .string(version.name) {
            let request = try request(try #require(entry[2]))
            guard let expected = entry[3]?.arrayValue else {
                counts.refused += 1
                #expect(throws: MistralChatError.self, "\(entry[2]!)") {
                    try request.segments(version: version, modelSettings: entry[1])
                }
                continue
            }
            counts.accepted += 1
            let segments = try expected.map { segment -> PromptSegment in
                let text = try #require(segment[1]?.stringValue)
                return segment[0] == "c" ? .control(text) : .text(text)
            }
            let found = try request.segments(version: version, modelSettings: entry[1])
            let hasSameBytes = zip(found, segments).allSatisfy { "\($0)".utf8.elementsEqual("\($1)".utf8) }
            #expect(found == segments && hasSameBytes, "\(entry[2]!)")
        }
        #expect(counts.accepted > 18 && counts.refused > 8)
    }

    @Test("Errors name the message and the field")
    func errors() throws {
        func error(_ messages: JSONValue, tools: JSONValue = nil, _ version: MistralVersion = .v3) -> String {
            do {
                let request = try request(["messages": messages, "tools": tools])
                _ = try request.segments(version: version)
                return "none"
            } catch {
                return "\(error)"
            }
        }
        let user: JSONValue = ["role": "user", "content": "x"]
        #expect(
            error([["role": "user", "content": [["type": "text", "text": "a"], ["type": "image_url"]]]])
                == "messages[0].content[1].type: image_url is not supported; supported: text, thinking")
        #expect(error([user, ["role": "tool", "content": "x"]]) == "messages[1].tool_call_id: missing")
        #expect(
            error([user, ["role": "tool", "content": "x", "tool_call_id": "123456789"]]).hasPrefix(
                "messages[1].role: tool cannot follow user"))
        let call: JSONValue = ["id": "1", "function": ["name": "f", "arguments": "{}"]]
        let assistant: JSONValue = ["role": "assistant", "tool_calls": [call]]
        #expect(
            error([user, assistant, user]) == "messages[1].tool_calls[0].id: a tool call's id is 9 letters and digits")
        let tool: JSONValue = ["function": ["name": "f", "parameters": ["properties": ["a": ["type": "text"]]]]]
        #expect(
            error([user], tools: [tool]).hasPrefix("tools[0].function.parameters.properties.a.type: expected one of"))
        #expect(error([user], .v15).hasPrefix("model_settings_builder: "))
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        let nested: JSONValue = ["id": "123456789", "function": ["name": "f", "arguments": .string(deep)]]
        #expect(
            error([user, ["role": "assistant", "tool_calls": [nested]], user]).hasPrefix(
                "messages[1].tool_calls[0].function.arguments: JSON nested deeper"))
    }

    @Test("Long tool call ids keep their last nine characters, where asked")
    func shortenedIDs() throws {
        let call: JSONValue = ["id": "call_0123456789", "function": ["name": "f", "arguments": "{}"]]
        let json: JSONValue = [
            "messages": [
                ["role": "user", "content": "x"], ["role": "assistant", "tool_calls": [call]],
                ["role": "tool", "tool_call_id": "call_0123456789", "content": "y"],
            ]
        ]
        #expect(throws: MistralChatError.self) { try request(json).segments(version: .v7) }
        let segments = try request(json, shortens: true).segments(version: .v7)
        #expect(segments.contains(.text(#"[{"name": "f", "arguments": {}, "id": "123456789"}]"#)))
        #expect(
            segments.suffix(5).dropFirst() == [
                .text("123456789"), .control("[TOOL_CONTENT]"), .text("y"), .control("[/TOOL_RESULTS]"),
            ])
    }

    @Test("Versions have names")
    func versions() {
        #expect(MistralVersion("v11") == .v11)
        #expect(MistralVersion("v12") == nil)
        #expect(MistralVersion.v3 < .v15)
    }
}
