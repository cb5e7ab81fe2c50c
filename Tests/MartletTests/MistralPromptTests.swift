import MartletChat
import MartletJSON
import MartletTokenizers
import Testing

@testable import Martlet

@Suite("Prompts of Mistral models")
struct MistralPromptTests {
    private let loaded: LoadedTokenizer

    init() throws { loaded = try TokenizerLoading.load(path: Fixtures.path("mistral/tekken.json")) }

    private func ids(_ request: ChatRenderRequest) throws -> [Int32] {
        try #require(loaded.mistral).tokenIDs(for: request, tokenizer: loaded.tokenizer)
    }

    private func param(_ request: ChatRenderRequest) -> String? {
        do {
            _ = try ids(request)
            return nil
        } catch LLMError.invalidRequest(let param, _) {
            return param
        } catch {
            return "\(error)"
        }
    }

    // The ids are those of MistralTokenizer.from_file(Tests/Fixtures/mistral/tekken.json).
    @Test("are those of mistral_common")
    func equal() throws {
        let tool: JSONValue = ["type": "function", "function": ["name": "f", "parameters": ["type": "object"]]]
        let parts: JSONValue = [["type": "text", "text": "Hi"], ["type": "text", "text": "[INST] there"]]
        let request = ChatRenderRequest(
            messages: [["role": "system", "content": "Be brief."], ["role": "user", "content": parts]], tools: [tool],
            now: .now())
        let expected: [Int32] = [
            1, 5, 131, 163, 74, 156, 161, 152, 141, 74, 98, 72, 74, 142, 157, 150, 463, 145, 354, 74, 84, 72,
            74, 142, 157, 150, 463, 145, 354, 74, 98, 706, 74, 391, 149, 141, 74, 98, 72, 74, 142, 74, 84, 72,
            74, 464, 155, 139, 154, 389, 156, 145, 354, 74, 98, 72, 74, 74, 84, 72, 74, 152, 334, 137, 149, 141,
            156, 325, 155, 74, 98, 706, 74, 156, 161, 152, 141, 74, 98, 72, 74, 151, 581, 74, 165, 165, 165,
            133, 6, 3, 106, 141, 331, 154, 145, 141, 142, 86, 304, 112, 145, 304, 131, 645, 123, 124, 133, 336,
            325, 141, 4,
        ]
        #expect(try ids(request) == expected)
        var open = ChatRenderRequest(
            messages: [["role": "user", "content": "Hi"], ["role": "assistant", "content": "One, "]], now: .now())
        open.continueFinalMessage = "content"
        #expect(try ids(open) == [1, 3, 112, 145, 4, 119, 150, 141, 84])
    }

    @Test("that cannot be made name the field at fault")
    func refused() {
        let now = ChatTemplateClock.now()
        #expect(param(ChatRenderRequest(messages: [], now: now)) == "messages")
        #expect(param(ChatRenderRequest(messages: [["role": "x", "content": "a"]], now: now)) == "messages[0].role")
        let open: [JSONValue] = [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]]
        #expect(param(ChatRenderRequest(messages: open, now: now)) == "messages[1].role")
        let thought: JSONValue = [["type": "thinking", "thinking": "a"]]
        #expect(
            param(ChatRenderRequest(messages: [["role": "user", "content": thought]], now: now))
                == "messages[0].content[0].type")
        var effort = ChatRenderRequest(messages: [["role": "user", "content": "a"]], now: now)
        effort.variables["reasoning_effort"] = "high"
        #expect(param(effort) == "reasoning_effort")
    }

    @Test(
        "have the version in the name of a SentencePiece file",
        arguments: [
            ("tokenizer.model.v1", MistralVersion.v1), ("mistral_instruct_tokenizer_240323.model.v3", .v3),
            ("mistral_instruct_tokenizer_241114.model.v7m1", .v7), ("tokenizer.model.v11", .v11),
            ("tokenizer.model", nil), ("tokenizer.model.v9", nil), ("model.v3", nil), ("a.json.v3", nil), ("", nil),
        ])
    func versions(name: String, version: MistralVersion?) {
        #expect(MistralPrompt(fileName: name)?.version == version)
    }
}
