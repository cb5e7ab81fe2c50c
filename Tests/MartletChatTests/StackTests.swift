import Glibc
import MartletChat
import MartletJSON
import Testing

/// Threads may have 512 KiB of stack, of which the server's own calls are left 128.
@Suite("What the limits allow fits a small stack")
struct StackTests {
    /// Runs `body` on a thread with little stack; more than it has ends the process.
    private func onSmallStack(_ body: @escaping () -> Void) {
        final class Work {
            let body: () -> Void
            init(_ body: @escaping () -> Void) { self.body = body }
        }
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        pthread_attr_init(attributes)
        pthread_attr_setstacksize(attributes, 384 << 10)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, attributes,
            { work in
                if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(Work(body)).toOpaque())
        #expect(code == 0)
        pthread_join(thread, nil)
    }

    private func nested(_ depth: Int, _ wrap: (JSONValue) -> JSONValue) -> JSONObject {
        var value: JSONValue = 1
        for _ in 0..<depth { value = wrap(value) }
        var variables = JSONObject()
        (variables["x"], variables["y"]) = (value, value)
        return variables
    }

    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    @Test(
        "Source that nests",
        arguments: [
            "{{ \(repeated("(", 248))1\(repeated(")", 248)) }}", "{{ \(repeated("[", 248))1\(repeated("]", 248)) }}",
            "{{ \(repeated("not ", 248))1 }}", "{{ \(repeated("u|default(", 245))1\(repeated(")", 245)) }}",
            "{{ \(repeated("{1: ", 245))1\(repeated("}", 245)) }}", "{{ 1\(repeated("+1", 990)) }}",
            "{{ 1\(repeated("|string", 990)) }}", "{{ 1\(repeated(" if 1 else 2", 200)) }}",
            "{{ 1\(repeated("[0]", 990)) }}", "{% if 0 %}{{ 1\(repeated(" or 1", 990)) }}{% endif %}",
            "\(repeated("{% if 1 %}", 248))\(repeated("{% endif %}", 248))",
            "\(repeated("{% set a %}", 248))\(repeated("{% endset %}", 248))",
            "\(repeated("{% for a in [1] %}", 20))\(repeated("{% endfor %}", 20))",
        ])
    func source(_ source: String) {
        onSmallStack { _ = ChatFixtures.render(source, JSONObject()) }
    }

    @Test(
        "Calls without end",
        arguments: [
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro m() %}{{ \(repeated("(", 200))m()\(repeated(" + 1)", 200)) }}{% endmacro %}{{ m() }}",
            "{% macro m() %}{{ m()\(repeated("+1", 490)) }}{% endmacro %}{{ m() }}",
            "{% macro m() %}{% for a in [1] %}{% if a %}{{ 'a' + m()|trim }}{% endif %}{% endfor %}{% endmacro %}{{ m() }}",
            "{% macro w() %}{{ caller() }}{% endmacro %}{% macro m() %}{% call w() %}{{ m() }}{% endcall %}{% endmacro %}{{ m() }}",
            "{% macro m() %}{% filter upper %}{% set a %}{{ m() }}{% endset %}{% endfilter %}{% endmacro %}{{ m() }}",
            "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
            "{% block a %}{{ self.a() }}{% endblock %}",
            "{% set ns = namespace(a=[1]) %}{% for i in range(3000) %}{% set ns.a = ns.a|map('string') %}{% endfor %}{{ ns.a|list }}",
            "{% set ns = namespace(a=[1]) %}{% for i in range(3000) %}{% set ns.a = ns.a|select %}{% endfor %}{{ ns.a|first }}",
        ])
    func calls(_ source: String) {
        onSmallStack {
            guard case .failure(let error) = ChatFixtures.render(source, JSONObject()) else {
                Issue.record("no error")
                return
            }
            #expect(error.kind == .limit)
        }
    }

    @Test(
        "Data that nests",
        arguments: [
            "{{ x }}", "{{ x|tojson }}", "{{ x|tojson(indent=1)|length }}", "{{ x|pprint|length }}", "{{ x == y }}",
            "{{ [x] < [y] }}", "{{ x in [y] }}", "{{ x|string|length }}", "{{ [x, y]|unique|list|length }}",
            "{{ (1, x)|e|length }}", "{{ '%s' % [x] }}", "{{ '{}'.format(x) }}", "{{ [x, y]|sort|length }}",
            "{% for a in x recursive %}{{ a is iterable and loop(a) }}{% endfor %}",
        ])
    func data(_ source: String) {
        let inputs = [nested(510) { [$0] }, nested(510) { ["a": $0] }]
        onSmallStack {
            for variables in inputs { _ = ChatFixtures.render(source, variables) }
            // As deep within the template as the caller's stack is used.
            let deep = Self.repeated("{% if 1 %}", 60) + source + Self.repeated("{% endif %}", 60)
            for variables in inputs { _ = ChatFixtures.render(deep, variables) }
        }
    }
}
