import MartletJSON
import Testing

@testable import MartletServer

@Suite struct ContinuedMessageTests {
    private static let messages: [JSONValue] = [
        ["role": "user", "content": "Hi"], ["role": "assistant", "content": "It is "],
    ]

    @Test func thePromptEndsWithTheMessage() throws {
        let continued = try #require(ContinuedMessage(Self.messages))
        let content = continued.messages[1]["content"]?.stringValue ?? ""
        #expect(continued.cut("<u>Hi</u><a>\(content)</a>") == "<u>Hi</u><a>It is ")
    }

    @Test func aTrimmingTemplateTrimsTheMessageToo() throws {
        let continued = try #require(ContinuedMessage(Self.messages))
        let content = (continued.messages[1]["content"]?.stringValue ?? "").dropLast()
        #expect(continued.cut("<a>\(content)</a>") == "<a>It is")
    }

    @Test func aTemplateThatDropsTheMessageIsNoticed() throws {
        #expect(try #require(ContinuedMessage(Self.messages)).cut("<u>Hi</u>") == nil)
    }

    @Test func aMessageWithoutTextCannotBeContinued() {
        #expect(ContinuedMessage([["role": "assistant", "content": nil]]) == nil)
    }
}
