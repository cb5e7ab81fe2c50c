import MartletChat
import MartletJSON
import Testing

@testable import MartletCLI

@Suite("martlet render")
struct RenderTests {
    private func request(_ text: String) throws -> ChatRenderRequest {
        try RenderLine.request(try #require(JSONReader.parse(text).objectValue))
    }

    private func error(_ text: String) -> String? {
        do {
            _ = try request(text)
            return nil
        } catch {
            return (error as? CLIError)?.message ?? "\(error)"
        }
    }

    @Test("reads chats, and takes what it does not know for variables")
    func chat() throws {
        let request = try request(
            #"""
            {"template": "t", "messages": [{"role": "user"}], "tools": [{}], "documents": null,
            "add_generation_prompt": true, "special_tokens": {"bos_token": "<s>"}, "now": "2026-03-07T14:05:09Z",
            "enable_thinking": false}
            """#)
        #expect(request.messages == [["role": "user"]])
        #expect(request.tools == [[:]])
        #expect(request.documents == nil)
        #expect(request.addGenerationPrompt)
        #expect(request.continueFinalMessage == nil)
        #expect(.object(request.specialTokens) == ["bos_token": "<s>"])
        #expect(.object(request.variables) == ["enable_thinking": false])
        #expect(request.now == ChatTemplateClock(year: 2026, month: 3, day: 7, hour: 14, minute: 5, second: 9))
    }

    @Test("leaves the last message open where it is told to")
    func continuation() throws {
        #expect(try request(#"{"messages": [], "continue_final_message": true}"#).continueFinalMessage == "content")
        #expect(
            try request(#"{"messages": [], "continue_final_message": "thinking"}"#).continueFinalMessage == "thinking")
        #expect(try request(#"{"messages": [], "continue_final_message": false}"#).continueFinalMessage == nil)
    }

    @Test("says what is wrong with a line")
    func errors() {
        #expect(error("{}")?.hasPrefix("messages is missing") == true)
        #expect(error(#"{"messages": {}}"#) == "messages must be an array, not object")
        #expect(error(#"{"messages": [], "tools": "x"}"#) == "tools must be an array, not string")
        #expect(error(#"{"messages": [], "special_tokens": []}"#) == "special_tokens must be an object, not array")
        #expect(
            error(#"{"messages": [], "add_generation_prompt": 1}"#)?.hasPrefix("add_generation_prompt must be") == true)
        #expect(error(#"{"messages": [], "now": 5}"#) == "now must be a string, not integer")
        for now in [
            "", "2026", "2026-02", "2026-13-01", "2026-01-32", "2026-01-01T24:00:00", "2026-01-01T10:61", "x-y-z",
        ] {
            #expect(error(#"{"messages": [], "now": "\#(now)"}"#)?.contains("is no ISO 8601 time") == true, "\(now)")
        }
    }

    @Test("lets variables win over special tokens")
    func variables() throws {
        var line = JSONObject()
        line["special_tokens"] = ["bos_token": "<s>", "eos_token": "</s>"]
        let variables = try RenderLine.variables(["bos_token": "", "x": 1], line)
        #expect(.object(variables) == ["bos_token": "", "eos_token": "</s>", "x": 1])
        #expect(throws: CLIError.self) { try RenderLine.variables([1], line) }
    }

    @Test("refuses a template that is none")
    func template() throws {
        #expect(try TemplateArgument.parsed(TemplateArgument.text("{{ 1 }}")).source == "{{ 1 }}")
        #expect(throws: CLIError.self) { try TemplateArgument.parsed("{{ 1") }
        #expect(throws: CLIError.self) { try TemplateArgument.text("/nowhere.jinja") }
    }
}
