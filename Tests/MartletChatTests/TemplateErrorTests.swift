import MartletChat
import MartletJSON
import Testing

@Suite("Template errors say what and where")
struct TemplateErrorTests {
    @Test("The line of the statement that failed is told")
    func line() {
        let result = ChatFixtures.render(
            "a\n{% set x = 1 %}\n{% if x %}\n{{ missing.name }}\n{% endif %}", JSONObject())
        guard case .failure(let error) = result else { return #expect(Bool(false), "should fail") }
        #expect(error.line == 4)
        #expect(error.kind == .undefined)
        #expect(error.description == "chat template, line 4: 'missing' is undefined")
    }

    @Test("A template's own complaint is passed on word for word")
    func raised() {
        let result = ChatFixtures.render("{{ raise_exception('roles must alternate') }}", JSONObject())
        #expect(result == .failure(ChatTemplateError(.raised, "roles must alternate", line: 1)))
    }

    @Test(
        "Changing values is refused by the sandbox",
        arguments: ["{{ l.append(1) }}", "{{ d.update({}) }}", "{{ d.pop('a') }}", "{% set _ = l.extend([1]) %}"])
    func sandbox(_ source: String) {
        var variables = JSONObject()
        variables["l"] = [1]
        variables["d"] = ["a": 1]
        guard case .failure(let error) = ChatFixtures.render(source, variables) else {
            return #expect(Bool(false), "should fail")
        }
        #expect(error.kind == .security)
    }

    @Test("Filters that jinja2 lacks only matter where they are reached")
    func unknownFilter() {
        let source = "{% if false %}{{ x|from_json }}{% else %}fine{% endif %}"
        #expect(ChatFixtures.render(source, JSONObject()) == .success("fine"))
    }

    @Test("Canonically equivalent strings differ, as in Python")
    func canonicalEquivalence() {
        let source = "{{ '\u{E9}' == 'e\u{301}' }}{{ {'\u{E9}': 1}['e\u{301}'] is defined }}{{ '\u{E9}'|length }}"
        #expect(ChatFixtures.render(source, JSONObject()) == .success("FalseFalse1"))
    }
}
