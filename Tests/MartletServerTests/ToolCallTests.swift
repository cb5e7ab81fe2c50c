import Martlet
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct ToolCallTests {
    private static let request = #"""
        "messages":[{"role":"user","content":"Weather in Oslo?"}],
        "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]
        """#
    private static let output = """
        <think>Oslo, then.</think>Let me look.
        <tool_call>
        {"name": "weather", "arguments": {"city": "Oslo", "days": [1, 2]}}
        </tool_call>
        <tool_call>
        {"name": "weather", "arguments": {"city": "Bergen"}}
        </tool_call>
        """

    private static func engine(_ texts: [String], _ reason: FinishReason = .stop) -> FakeEngine {
        FakeEngine(toolCalls: "hermes", reasoning: "qwen3") { _ in .texts(texts, reason) }
    }

    @Test func anAnswerIsToldApart() async throws {
        let answer = try await InProcessClient(Self.engine([Self.output])).post(
            "/v1/chat/completions", "{\(Self.request)}")
        let choice = answer.json["choices"]?[0]
        let message = choice?["message"]
        #expect(choice?["finish_reason"] == "tool_calls")
        #expect(message?["reasoning"] == "Oslo, then.")
        #expect(message?["reasoning_content"] == "Oslo, then.")
        #expect(message?["content"]?.stringValue?.hasPrefix("Let me look.") == true)
        #expect(message?["tool_calls"]?.arrayValue?.count == 2)
        let call = message?["tool_calls"]?[0]
        #expect(call?["type"] == "function")
        #expect(call?["id"]?.stringValue?.hasPrefix("chatcmpl-tool-") == true)
        #expect(call?["function"]?["name"] == "weather")
        #expect(call?["function"]?["arguments"] == #"{"city": "Oslo", "days": [1, 2]}"#)
    }

    /// The message of a stream as clients put it together.
    private static func assembled(_ chunks: [JSONValue]) -> (texts: [String], calls: [[String]], reason: String?) {
        var (reasoning, content, calls) = ("", "", [[String]]())
        var reason: String?
        for choice in chunks.compactMap({ $0["choices"]?[0] }) {
            reasoning += choice["delta"]?["reasoning"]?.stringValue ?? ""
            content += choice["delta"]?["content"]?.stringValue ?? ""
            for call in choice["delta"]?["tool_calls"]?.arrayValue ?? [] {
                let index = call["index"]?.intValue ?? -1
                if index == calls.count { calls.append(["", ""]) }
                calls[index][0] += call["function"]?["name"]?.stringValue ?? ""
                calls[index][1] += call["function"]?["arguments"]?.stringValue ?? ""
            }
            reason = choice["finish_reason"]?.stringValue ?? reason
        }
        return ([reasoning, content], calls, reason)
    }

    @Test func everySplitOfAStreamIsTheSameMessage() async throws {
        let characters = Array(Self.output)
        let body = #"{\#(Self.request),"stream":true}"#
        let whole = Self.assembled(
            try await InProcessClient(Self.engine([Self.output])).post("/v1/chat/completions", body).chunks)
        #expect(whole.texts[0] == "Oslo, then.")
        #expect(whole.calls.map(\.[0]) == ["weather", "weather"])
        #expect(whole.reason == "tool_calls")
        for cut in characters.indices {
            let pieces = [String(characters[..<cut]), String(characters[cut...])]
            let chunks = try await InProcessClient(Self.engine(pieces)).post("/v1/chat/completions", body).chunks
            let split = Self.assembled(chunks)
            #expect(split.texts == whole.texts)
            #expect(split.calls == whole.calls)
            #expect(split.reason == whole.reason)
        }
    }

    @Test func aCallThatIsCutOffIsContent() async throws {
        let output = #"<tool_call>{"name": "weather", "argu"#
        let engine = FakeEngine(toolCalls: "hermes") { _ in .texts([output], .length) }
        let choice = try await InProcessClient(engine).post("/v1/chat/completions", "{\(Self.request)}")
            .json["choices"]?[0]
        #expect(choice?["message"]?["content"]?.stringValue == output)
        #expect(choice?["message"]?["tool_calls"] == nil)
        #expect(choice?["finish_reason"] == "length")
    }

    @Test func withoutToolsOrWithToolChoiceNoneCallsStayContent() async throws {
        let output = #"<tool_call>{"name": "weather", "arguments": {}}</tool_call>"#
        for body in [#"{"messages":[{"role":"user","content":"Hi"}]}"#, #"{\#(Self.request),"tool_choice":"none"}"#] {
            let engine = FakeEngine(toolCalls: "hermes") { _ in .texts([output], .stop) }
            let choice = try await InProcessClient(engine).post("/v1/chat/completions", body).json["choices"]?[0]
            #expect(choice?["message"]?["content"]?.stringValue == output)
            #expect(choice?["finish_reason"] == "stop")
        }
    }

    @Test func toolChoiceNoneTakesToolsOutOfThePromptWhenConfigured() async throws {
        for (excludes, count) in [(false, 1), (true, 0)] {
            let engine = FakeEngine()
            let client = InProcessClient(engine) { $0.excludeToolsWhenToolChoiceNone = excludes }
            _ = try await client.post("/v1/chat/completions", #"{\#(Self.request),"tool_choice":"none"}"#)
            #expect(engine.chats.first?.tools.count == count)
        }
    }

    @Test func oneCallIsKeptWhenParallelCallsAreNotWanted() async throws {
        let body = #"{\#(Self.request),"parallel_tool_calls":false}"#
        let answer = try await InProcessClient(Self.engine([Self.output])).post("/v1/chat/completions", body)
        #expect(answer.json["choices"]?[0]?["message"]?["tool_calls"]?.arrayValue?.count == 1)
    }

    @Test func reasoningStaysUntoldWhenItIsNotWanted() async throws {
        let body = #"{\#(Self.request),"include_reasoning":false,"return_token_ids":true,"logprobs":true}"#
        let choice = try await InProcessClient(Self.engine([Self.output])).post("/v1/chat/completions", body)
            .json["choices"]?[0]
        #expect(choice?["message"]?["reasoning"] == nil)
        #expect(choice?["message"]?["tool_calls"]?.arrayValue?.count == 2)
        #expect(choice?["token_ids"] == nil)
        #expect(choice?["logprobs"] == .null)
    }

    @Test(arguments: [
        (#"[{"id":"1","function":{"name":"f","arguments":"{"}}]"#, "[0].function.arguments"),
        (#"[{"id":"1","function":{"name":"f","arguments":"[1]"}}]"#, "[0].function.arguments"),
        (#"[{"id":"1","function":{"name":"f","arguments":7}}]"#, "[0].function.arguments"),
        (#"[{"id":"1","function":{"name":"f"}},{"id":"2","function":{"arguments":"{}"}}]"#, "[1].function.name"),
        (#"[{"id":"1","type":"custom"}]"#, "[0].type"), (#"[{"id":"1"}]"#, "[0].function"), ("[1]", "[0]"),
        ("{}", ""),
    ])
    func aMalformedEarlierCallIsNamed(calls: String, path: String) async throws {
        let body = #"""
            {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":\#(calls)}]}
            """#
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["param"]?.stringValue == "messages[1].tool_calls\(path)")
    }

    @Test func emptyArgumentsAreAnEmptyObject() async throws {
        let engine = FakeEngine()
        let body = #"""
            {"messages":[{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":""}}]},
             {"role":"assistant","content":"x","tool_calls":[]}]}
            """#
        #expect(try await InProcessClient(engine).post("/v1/chat/completions", body).status == 200)
        let messages = engine.chats.first?.messages
        #expect(messages?[0]["tool_calls"]?[0]?["function"]?["arguments"] == "{}")
        #expect(messages?[1]["tool_calls"] == nil)
    }

    @Test func templatesOfRequestsNeedTheServersTrust() async throws {
        let engine = FakeEngine()
        let body = #"{\#(Self.request),"chat_template":"{{ 1 }}"}"#
        let refused = try await InProcessClient(engine).post("/v1/chat/completions", body)
        #expect(refused.json["error"]?["param"] == "chat_template")
        let client = InProcessClient(engine) { $0.trustRequestChatTemplate = true }
        #expect(try await client.post("/v1/chat/completions", body).status == 200)
        #expect(engine.chats.first?.chatTemplate == "{{ 1 }}")
    }
}
