import Testing

@testable import MartletChat

/// Python's literals as JSON; what `json.dumps(ast.literal_eval(text))` gives where both know the value.
@Suite struct PythonLiteralTests {
    private func value(_ text: String) -> String? {
        var literal = PythonLiteral(Array(text.utf8))
        guard let value = literal.value() else { return nil }
        return literal.index == literal.bytes.count ? value.text : nil
    }

    @Test(arguments: [
        ("0", "0"), ("-5", "-5"), ("+5", "5"), ("--5", "5"), ("1_000", "1000"), ("00", "0"), ("1.50", "1.5"),
        ("1.", "1.0"), (".5", "0.5"), ("1e3", "1000.0"), ("1E-7", "1e-07"), ("0xFF", "255"), ("0o17", "15"),
        ("0b101", "5"), ("98765432109876543210", "98765432109876543210"), ("True", "true"), ("None", "null"),
        ("false", "false"), ("null", "null"), ("'a'", #""a""#), (#""it's""#, #""it's""#),
        (#"'\n\t\\\'\x41\u00e9\U0001F600\101\d'"#, #""\n\t\\'Aé😀A\\d""#), (#"r'\n'"#, #""\\n""#), ("u'x'", #""x""#),
        ("'a' \"b\"", #""ab""#), ("'''a'b\n'''", #""a'b\n""#), ("f'{{x}}'", #""{x}""#), ("''", #""""#), ("[]", "[]"),
        ("[1, [2,],]", "[1, [2]]"), ("(1, 2)", "[1, 2]"), ("(1,)", "[1]"), ("( 1 )", "1"), ("()", "[]"),
        ("{1, 2}", "[1, 2]"), ("{}", "{}"), ("{'a': 1, \"b\": {2: None}}", #"{"a": 1, "b": {"2": null}}"#),
        ("{'a': 1, 'a': 2}", #"{"a": 2}"#), ("{True: 1, None: 2, 1.5: 3}", #"{"true": 1, "null": 2, "1.5": 3}"#),
    ])
    func `A literal is read`(text: String, expected: String) {
        #expect(value(text) == expected)
    }

    @Test(arguments: [
        "", "x", "1 + 1", "01", "1j", "0x", "1__0", "1_", "b'x'", "f'{x}'", "'x", "'''x''", "[1", "[1 2]", "{'a'}: 1",
        "{'a': }", "{[1]: 2}", "{**a}", "not True", "~1", "lambda: 1", "-'a'", "- -", #"'\x4'"#, #"'\ud800'"#, "(",
        "{1, 2", "Truely", "...", "1e999x",
    ])
    func `What is no literal is refused`(text: String) {
        #expect(value(text) == nil)
    }

    @Test func `Deep nesting is refused, not overflowed`() {
        #expect(value(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)) != nil)
        for opening in ["[", "(", "{1: ", "{1, ", "-"] {
            #expect(value(String(repeating: opening, count: 100_000)) == nil)
        }
    }
}
