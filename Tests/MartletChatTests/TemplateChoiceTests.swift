import MartletChat
import MartletJSON
import Testing

@Suite("Which template, and what content it wants")
struct TemplateChoiceTests {
    @Test(
        "Templates that go over content want its parts",
        arguments: [
            ("{% for m in messages %}{{ m.content }}{% endfor %}", ChatTemplateContentFormat.string),
            ("{% for m in messages %}{% for p in m['content'] %}{{ p.text }}{% endfor %}{% endfor %}", .openai),
            ("{% set r = messages[1:] %}{% for m in r %}{% for p in m.content %}{% endfor %}{% endfor %}", .openai),
            ("{% for m in messages %}{% set content = m.x %}{% for p in content %}{% endfor %}{% endfor %}", .openai),
            (
                "{% macro show(c) %}{% for p in c %}{{ p }}{% endfor %}{% endmacro %}"
                    + "{% for m in messages %}{{ show(m.content) }}{% endfor %}", .openai
            ),
            ("{% macro show(content) %}{% for p in content %}{% endfor %}{% endmacro %}{{ show([]) }}", .string),
        ])
    func contentFormat(_ source: String, _ expected: ChatTemplateContentFormat) throws {
        #expect(try ChatTemplate(source).contentFormat == expected)
    }

    @Test("With tools the template for tools is taken, by name any, else the default")
    func named() throws {
        let templates = try NamedChatTemplates([
            ["name": "default", "template": "d"], ["name": "tool_use", "template": "t"],
            ["name": "rag", "template": "r"],
        ])
        #expect(try templates.source(withTools: false) == "d")
        #expect(try templates.source(withTools: true) == "t")
        #expect(try templates.source(named: "rag", withTools: true) == "r")
        #expect(try NamedChatTemplates("only").source(withTools: true) == "only")
        #expect(throws: ChatTemplateError.self) { try templates.source(named: "none", withTools: false) }
        #expect(throws: ChatTemplateError.self) { try NamedChatTemplates(["rag": "r"]).source(withTools: true) }
        #expect(throws: ChatTemplateError.self) { try NamedChatTemplates([["name": "x"]]) }
    }

    @Test("A conversation is left open at the end of its final message")
    func continued() throws {
        let template = try ChatTemplate("{% for m in messages %}<{{ m.content | trim }}>{% endfor %}")
        func render(_ content: String, generating: Bool = false) throws -> String {
            let messages: [JSONValue] = [["role": "user", "content": "hi"], ["content": .string(content)]]
            return try template.render(
                ChatRenderRequest(
                    messages: messages, addGenerationPrompt: generating, continueFinalMessage: "content",
                    now: ChatFixtures.clock))
        }
        #expect(try render("So ") == "<hi><So")
        #expect(throws: ChatTemplateError.self) { try render("So", generating: true) }
    }
}
