import MartletChat
import MartletTokenizers
import Testing

@testable import Martlet

@Suite("Formats of a model's output")
struct ChatFormatsTests {
    private func formats(
        _ template: String?, toolCalls: String? = nil, reasoning: String? = nil, tokenizer: String? = nil
    ) throws -> ChatFormats {
        var configuration = LLMConfiguration()
        (configuration.toolCallParser, configuration.reasoningParser) = (toolCalls, reasoning)
        return try ChatFormats(
            configuration, template: template.map { try ChatTemplate($0) },
            tokenizer: tokenizer.map { try Fixtures.tokenizer($0) })
    }

    @Test("are told by the template")
    func detected() throws {
        let hermes = "<tools> <tool_call>{\"name\": <function-name>, \"arguments\": <args-json-object>}</tool_call>"
        #expect(try formats(hermes).toolCalls?.name == "hermes")
        let none = try formats("{{ messages }}")
        #expect(none.toolCalls == nil)
        #expect(none.reasoning == nil)
        #expect(try formats(nil).toolCalls == nil)
    }

    @Test("are those that are named, and none where that is asked for")
    func named() throws {
        let named = try formats("<tool_call>", toolCalls: "llama3_json", reasoning: "qwen3")
        #expect(named.toolCalls?.name == "llama3_json")
        #expect(named.reasoning?.name == "qwen3")
        let none = try formats("<tool_call> <think>", toolCalls: "none", reasoning: "none")
        #expect(none.toolCalls == nil)
        #expect(none.reasoning == nil)
    }

    @Test("that nobody knows are refused with those that are known")
    func unknown() {
        for (flag, make) in [
            ("--tool-call-parser", { try self.formats(nil, toolCalls: "nope") }),
            ("--reasoning-parser", { try self.formats(nil, reasoning: "nope") }),
        ] as [(String, () throws -> ChatFormats)] {
            #expect {
                _ = try make()
            } throws: {
                "\($0)".contains("\(flag): there is no nope; known are ")
            }
        }
    }

    @Test("have the tokens that mark them")
    func tokens() throws {
        let formats = try formats(nil, toolCalls: "hermes", reasoning: "qwen3", tokenizer: "qwen35")
        let tokenizer = try Fixtures.tokenizer("qwen35")
        for id in formats.toolCallTokens.union(formats.reasoningTokens) { #expect(tokenizer.isSpecial(id)) }
    }
}
