import Martlet
import MartletChat
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

@Suite("Calls that have to be made") struct ForcedToolTests {
    private static func body(_ choice: String, _ more: String = "") -> String {
        #"""
        {"messages":[{"role":"user","content":"Hi"}],"tool_choice":\#(choice)\#(more),
         "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},
                  {"type":"function","function":{"name":"g"}}]}
        """#
    }

    private static let required =
        #"[{"name": "f", "parameters": {"a": [1, "}"], "b": {}}}, {"name":"g","parameters":{}}]"#
    private static let named = #"{"type":"function","function":{"name":"f"}}"#

    private func message(_ chunks: [JSONValue]) -> (calls: [Int: [String]], content: String, reason: String?) {
        var calls: [Int: [String]] = [:]
        var content = ""
        var reason: String?
        for chunk in chunks {
            let choice = chunk["choices"]?[0]
            content += choice?["delta"]?["content"]?.stringValue ?? ""
            reason = choice?["finish_reason"]?.stringValue ?? reason
            for call in choice?["delta"]?["tool_calls"]?.arrayValue ?? [] {
                let index = call["index"]?.intValue ?? -1
                if let name = call["function"]?["name"]?.stringValue {
                    #expect(call["id"]?.stringValue?.isEmpty == false && calls[index] == nil)
                    calls[index] = [name, ""]
                }
                calls[index]?[1] += call["function"]?["arguments"]?.stringValue ?? ""
            }
        }
        return (calls, content, reason)
    }

    @Test("stream their arguments as they come, however the text is cut") func streams() async throws {
        for (choice, output, reason) in [
            (#""required""#, Self.required, "tool_calls"), (Self.named, #"{"a": [1, "}"], "b": {}}"#, "stop"),
        ] {
            let characters = Array(output)
            let pieces = characters.map { String($0) }
            for texts in [[output], pieces]
                + (1..<characters.count).map({ cut in
                    [String(characters[..<cut]), String(characters[cut...])]
                })
            {
                let engine = FakeEngine { _ in .texts(texts, .stop) }
                let answer = try await InProcessClient(engine).post(
                    "/v1/chat/completions", Self.body(choice, #","stream":true"#))
                let message = message(answer.chunks)
                #expect(message.calls[0] == ["f", #"{"a": [1, "}"], "b": {}}"#])
                #expect(message.calls[1] == (reason == "stop" ? nil : ["g", "{}"]))
                #expect(message.content.isEmpty)
                #expect(message.reason == reason)
            }
            let engine = FakeEngine { _ in .texts(pieces, .stop) }
            let streamed = try await InProcessClient(engine).post(
                "/v1/chat/completions", Self.body(choice, #","stream":true"#))
            let numDeltas = streamed.chunks.count { $0["choices"]?[0]?["delta"]?["tool_calls"] != nil }
            #expect(numDeltas > 10, "the arguments come in pieces")
        }
    }

    @Test("are the message's calls in a whole answer") func whole() async throws {
        let engine = FakeEngine { _ in .texts([Self.required], .stop) }
        let choice = try await InProcessClient(engine).post("/v1/chat/completions", Self.body(#""required""#))
            .json["choices"]?[0]
        let calls = choice?["message"]?["tool_calls"]?.arrayValue
        #expect(calls?.count == 2)
        #expect(calls?[0]["function"]?["arguments"] == #"{"a": [1, "}"], "b": {}}"#)
        #expect(choice?["message"]?["content"] == .null)
        #expect(choice?["finish_reason"] == "tool_calls")
        #expect(engine.chats.first?.toolChoice == .required)
        #expect(engine.chats.first?.allowsParallelToolCalls == true)
    }

    @Test("that are cut off are told as far as they came") func cutOff() async throws {
        let engine = FakeEngine { _ in .texts([#"[{"name": "f", "parameters": {"a": "#], .length) }
        let choice = try await InProcessClient(engine).post("/v1/chat/completions", Self.body(#""required""#))
            .json["choices"]?[0]
        #expect(choice?["message"]?["tool_calls"]?[0]?["function"]?["arguments"] == #"{"a": "#)
        #expect(choice?["finish_reason"] == "length")
    }
}
