import ArgumentParser
import MartletChat
import MartletJSON
import Testing

@testable import MartletCLI

@Suite("martlet parse")
struct ParseTests {
    private let job = ParseJob(toolCalls: .named("hermes"), reasoning: .named("qwen3"))

    private func message(_ text: String, _ job: ParseJob? = nil) throws -> JSONValue {
        try JSONReader.parse((job ?? self.job).line(for: text))
    }

    private func error(_ input: String) -> String? {
        do throws(CLIError) {
            _ = try job.jobs(input)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("writes the message that an output means")
    func line() throws {
        let call = #"<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>"#
        let message = try message("<think>hm</think>\(call)")
        #expect(message["role"] == "assistant")
        #expect(message["content"] == .null)
        #expect(message["reasoning"] == "hm")
        #expect(message["reasoning_content"] == "hm")
        #expect(message["tool_calls"]?[0]?["type"] == "function")
        #expect(message["tool_calls"]?[0]?["function"] == ["name": "f", "arguments": #"{"a": 1}"#])
        #expect(message["tool_calls"]?[0]?["id"]?.stringValue?.isEmpty == false)
        let plain = try self.message("<think>hm</think>Hi\n")
        #expect(plain["content"]?.stringValue?.contains("Hi") == true)
        #expect(plain["tool_calls"] == nil)
        #expect(try self.message("Hi", ParseJob()) == ["role": "assistant", "content": "Hi"])
    }

    @Test("reads a line for each output")
    func jobs() throws {
        let jobs = try job.jobs("\n{\"text\": \"a\"}\r\n  \n{\"text\": \"\", \"tools\": null, \"x\": 1}")
        #expect(jobs.map(\.text) == ["a", ""])
        let own = try job.jobs(
            #"{"text": "a", "tools": [{"x": 1}], "chat_template_kwargs": {"enable_thinking": false}}"#)
        #expect(own[0].job.tools == [["x": 1]])
        #expect(try message("<think>a</think>b", own[0].job)["reasoning"] == nil)
        #expect(try job.jobs("").isEmpty)
    }

    @Test("names the line that is wrong")
    func errors() {
        #expect(error("{\"text\": \"a\"}\n\nbroken")?.hasPrefix("line 3: ") == true)
        #expect(error("[]") == "line 1: expected an object with a string \"text\"")
        #expect(error(#"{"text": 1}"#) == "line 1: expected an object with a string \"text\"")
        #expect(error(#"{"text": "", "tools": {}}"#) == "line 1: \"tools\" must be an array")
        #expect(
            error(#"{"text": "", "chat_template_kwargs": []}"#) == "line 1: \"chat_template_kwargs\" must be an object")
    }

    @Test("knows its parsers' names")
    func names() throws {
        #expect(throws: (any Error).self) { try ParseCommand.parse(["--tool-call-parser", "nope"]) }
        #expect(throws: (any Error).self) { try ParseCommand.parse(["--reasoning-parser", "nope"]) }
        #expect(throws: (any Error).self) { try ParseCommand.parse(["--chat-template-kwargs", "[]"]) }
        #expect(throws: (any Error).self) { try ParseCommand.parse(["--input-format", "xml"]) }
        let none = try ParseCommand.parse(["--tool-call-parser", "none", "--reasoning-parser", "qwen3"])
        #expect(none.reasoningParser == "qwen3")
    }
}
