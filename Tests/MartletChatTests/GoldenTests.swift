import MartletChat
import MartletJSON
import Testing

@Suite("Rendering equals transformers")
struct GoldenTests {
    @Test("Every small template gives what jinja2 gives, or fails where it fails")
    func micro() throws {
        let fixture = try ChatFixtures.load("micro.json")
        let variables = try #require(fixture["variables"]?.objectValue)
        let cases = try #require(fixture["cases"]?.arrayValue)
        #expect(cases.count > 150)
        for entry in cases {
            let source = try #require(entry["template"]?.stringValue)
            switch (ChatFixtures.render(source, variables), entry["expected"]?.stringValue) {
            case (.success(let text), let expected?):
                #expect(Array(text.utf8) == Array(expected.utf8), "\(source)\n got: \(text)\nwant: \(expected)")
            case (.failure(let error), let expected?):
                Issue.record("\(source) failed: \(error); expected \(expected)")
            case (.success(let text), nil):
                let message = entry["message"]?.stringValue ?? ""
                Issue.record("\(source) gave \(text); expected an error: \(message)")
            case (.failure(let error), nil):
                if entry["error"] == "raise_exception" {
                    #expect(error.kind == .raised)
                    #expect(error.message == entry["message"]?.stringValue)
                }
            }
        }
    }

    @Test("Whole templates give the prompts transformers gives", arguments: try ChatCase.all())
    func conversations(_ entry: ChatCase) throws {
        let template = try ChatTemplate(entry.source)
        guard let expected = entry.expected else {
            let error = #expect(throws: ChatTemplateError.self) { try template.render(entry.request) }
            if let raised = entry.raised {
                #expect(error?.kind == .raised)
                #expect(error?.message == raised)
            }
            return
        }
        let text = try template.render(entry.request)
        #expect(Array(text.utf8) == Array(expected.utf8), "got: \(text)\nwant: \(expected)")
    }
}

/// One template with one conversation.
struct ChatCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var source: String
    var request: ChatRenderRequest
    var expected: String?
    /// What the template says through `raise_exception`, where it does.
    var raised: String?

    static func all() throws -> [ChatCase] {
        let fixture = try ChatFixtures.load("conversations.json")
        return try #require(fixture["cases"]?.arrayValue).map { entry in
            let name = try #require(entry["template"]?.stringValue)
            let label = try #require(entry["conversation"]?.stringValue)
            var variables = try #require(fixture["conversations"]?[label]?.objectValue)
            let messages = try #require(variables["messages"]?.arrayValue)
            let tools = variables["tools"]?.arrayValue
            let addGenerationPrompt = variables["add_generation_prompt"]?.boolValue ?? true
            for key in ["messages", "tools", "add_generation_prompt"] { variables[key] = nil }
            return ChatCase(
                testDescription: "\(name) with \(label)",
                source: try #require(fixture["templates"]?[name]?.stringValue),
                request: ChatRenderRequest(
                    messages: messages, tools: tools, addGenerationPrompt: addGenerationPrompt,
                    specialTokens: try #require(fixture["special"]?.objectValue), variables: variables,
                    now: ChatFixtures.clock),
                expected: entry["expected"]?.stringValue,
                raised: entry["error"] == "raise_exception" ? entry["message"]?.stringValue : nil)
        }
    }
}
