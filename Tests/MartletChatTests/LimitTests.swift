import MartletChat
import MartletJSON
import Testing

@Suite("Hostile templates end in an error")
struct LimitTests {
    /// Small enough that each case ends at once.
    private let limits = ChatTemplateLimits(maxSteps: 200_000, maxBytes: 1 << 20)

    private func kind(_ source: String, _ variables: JSONObject = JSONObject()) -> ChatTemplateError.Kind? {
        guard case .failure(let error) = ChatFixtures.render(source, variables, limits: limits) else { return nil }
        return error.kind
    }

    @Test(
        "Work without end runs into a limit",
        arguments: [
            "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
            "{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}",
            "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}",
            "{{ 'a' * 1000000000000 }}",
            "{{ 'abc' * 9223372036854775807 }}",
            "{{ [1] * 9223372036854775807 }}",
            "{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
            "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
            "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = {'a': ns.l, 'b': ns.l} %}{% endfor %}{{ ns.l|tojson }}",
            "{% set ns = namespace(l=[]) %}{% for i in range(10000) %}{% set ns.l = [ns.l] %}{% endfor %}",
            "{% set ns = namespace(l=[]) %}{% for i in range(10000) %}{% set ns.l = ns.l|attr('count') %}{% set ns.l = [ns.l] %}{% endfor %}",
            "{{ '%1000000000d' % 1 }}", "{{ '{:1000000000}'.format(1) }}", "{{ 'a'.center(100000000000) }}",
            "{{ 'a\\nb'|indent(100000000000) }}", "{{ [[1]]|tojson(indent=100000000000) }}",
            "{{ ('ab' * 100000).replace('', 'x' * 100000) }}", "{{ ('x' * 1000).join('y' * 10000) }}",
            "{{ ['x' * 100000] * 1000 }}",
        ])
    func runsIntoALimit(_ source: String) {
        #expect(kind(source) == .limit)
    }

    @Test("Nesting beyond reason is refused when parsing", arguments: ["(", "[", "{1:", "not ", "-", "x[", "x("])
    func deepNesting(_ opening: String) {
        #expect(throws: ChatTemplateError.self) {
            try ChatTemplate("{{ " + String(repeating: opening, count: 100_000) + "1 }}")
        }
    }

    @Test(
        "Chains beyond reason are refused when parsing", arguments: ["+1", "|e", ".a", " is a", " or 1", "[0]", "()"])
    func longChains(_ link: String) {
        #expect(throws: ChatTemplateError.self) {
            try ChatTemplate("{{ 1" + String(repeating: link, count: 100_000) + " }}")
        }
    }

    @Test("Blocks beyond reason are refused when parsing")
    func deepBlocks() {
        let source = String(repeating: "{% if 1 %}", count: 100_000) + String(repeating: "{% endif %}", count: 100_000)
        #expect(throws: ChatTemplateError.self) { try ChatTemplate(source) }
    }

    @Test("Searching long texts for long needles takes linear time")
    func linearSearch() throws {
        let text = String(repeating: "a", count: 500_000)
        var variables = JSONObject()
        variables["t"] = .string(text)
        variables["n"] = .string(String(text.prefix(250_000)) + "b")
        let result = try ChatTemplate("{{ n in t }}{{ t.rfind(n) }}{{ t.split(n)|length }}{{ t.count(n) }}")
            .render(variables, now: ChatFixtures.clock)
        #expect(result == "False-110")
    }

    @Test("Python's depth of macros and more of nested expressions is allowed")
    func honestDepth() throws {
        for source in [
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}x{% endmacro %}{{ m(190)|length }}",
            "{% set y = namespace(l=[]) %}{% for i in range(190) %}{% set y.l = [y.l] %}{% endfor %}"
                + "{% for z in y.l recursive %}{{ loop(z) }}x{% endfor %}",
            "{{ " + String(repeating: "(", count: 240) + "1" + String(repeating: ")", count: 240) + " }}",
            "{{ 1" + String(repeating: "+1", count: 990) + " }}",
        ] {
            #expect(kind(source) == nil, "\(source.prefix(60))")
        }
    }

    @Test("Namespaces and macros that refer to themselves are freed")
    func cyclesAreFreed() throws {
        let source =
            "{% set ns = namespace() %}{% set ns.self = ns %}{% macro m() %}{{ m.name }}{% endmacro %}{{ m() }}"
        #expect(try ChatTemplate(source).render(JSONObject(), now: ChatFixtures.clock) == "m")
    }
}
