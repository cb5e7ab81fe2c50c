import MartletChat
import MartletJSON
import Testing

@testable import Martlet

@Suite("Messages for templates")
struct TemplateMessagesTests {
    @Test("have texts or parts as the template reads them")
    func formats() {
        let parts: JSONValue = [["type": "text", "text": "a"], ["type": "text", "text": "b"]]
        let messages: [JSONValue] = [["role": "user", "content": parts], ["role": "user", "content": "c"]]
        let texts = TemplateMessages.prepare(messages, format: .string)
        #expect(texts.map { $0["content"] } == ["a\nb", "c"])
        let lists = TemplateMessages.prepare(messages, format: .openai)
        #expect(lists.map { $0["content"] } == [parts, [["type": "text", "text": "c"]]])
    }

    @Test("keep thoughts apart where contents are parts")
    func thoughts() {
        let content: JSONValue = [["type": "thinking", "thinking": "hm"], ["type": "text", "text": "so"]]
        let messages: [JSONValue] = [["role": "assistant", "content": content]]
        #expect(TemplateMessages.prepare(messages, format: .openai) == messages)
        #expect(TemplateMessages.prepare(messages, format: .string)[0]["content"] == "hm\nso")
    }

    @Test("have the arguments of calls as objects")
    func arguments() {
        func prepared(_ arguments: JSONValue) -> JSONValue? {
            let call: JSONValue = ["id": "1", "function": ["name": "f", "arguments": arguments]]
            let messages: [JSONValue] = [["role": "assistant", "content": nil, "tool_calls": [call]]]
            return TemplateMessages.prepare(messages, format: .string)[0]["tool_calls"]?[0]?["function"]?["arguments"]
        }
        #expect(prepared(#"{"b": 1, "a": [2]}"#) == ["b": 1, "a": [2]])
        #expect(prepared(["a": 1]) == ["a": 1])
        #expect(prepared("[1]") == "[1]")
        #expect(prepared("{broken") == "{broken")
    }

    @Test("are left alone where they are nothing of the kind")
    func others() {
        let messages: [JSONValue] = [
            5, ["role": "user"], ["role": "user", "content": nil], ["tool_calls": [7, ["function": 1]]],
        ]
        #expect(TemplateMessages.prepare(messages, format: .openai) == messages)
        #expect(TemplateMessages.prepare(messages, format: .string) == messages)
    }
}
