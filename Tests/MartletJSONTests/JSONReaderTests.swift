import MartletJSON
import Testing

@Suite("Reading JSON")
struct JSONReaderTests {
    @Test(
        "Texts that RFC 8259 accepts",
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("[]", []), ("{}", [:]),
            ("[1 , 2]", [1, 2]), ("\t\r\n[\n]\t", []), ("\"\"", ""), ("\"a\"", "a"),
            ("{\"\":{\"a\":[]}}", ["": ["a": []]]),
            ("1e2", 100.0), ("1E+2", 100.0), ("1.5e-1", 0.15), ("-1.25", -1.25), ("0.0", 0.0), ("1.0", 1.0),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .longInteger("9223372036854775808")), ("123456789012345678", 123456789012345678),
            ("\"\\u00e9\\ud83d\\ude00\"", "é😀"), ("\"\\b\\f\\n\\r\\t\\/\\\\\\\"\"", "\u{8}\u{C}\n\r\t/\\\""),
            ("\"\u{7F}\u{2028}é\"", "\u{7F}\u{2028}é"), ("\"\\u0000\"", "\u{0}"),
            ("\"12345678\\n12345678é\"", "12345678\n12345678é"),
        ] as [(String, JSONValue)])
    func accepted(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONReader.parse(text) == value)
    }

    @Test(
        "Texts that RFC 8259 rejects",
        arguments: [
            "", " ", "nul", "nulll", "True", "[1,]", "[,1]", "[1 2]", "[", "]", "{", "}", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}", "{1:1}", "{\"a\" 1}", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity",
            "-Infinity",
            "'a'", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800x\"",
            "\"\\ud800\\n\"",
            "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\n\"", "\"\t\"", "\"\u{1}\"", "1 2", "[1]]", "// c\n1", "/**/1",
            "1,",
            "[1}", "{\"a\":1]", "1e400", "-1e400", "tru", "[\"a\":1]", "\u{FEFF}1",
        ])
    func rejected(_ text: String) {
        #expect(throws: JSONError.self) { try JSONReader.parse(text) }
        #expect(throws: JSONError.self) {
            try Array(text.utf8).withUnsafeBufferPointer { buffer in
                var reader = JSONPullReader(buffer)
                try reader.skip()
                try reader.finish()
            }
        }
    }

    @Test(
        "Bytes that are no UTF-8 within strings",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82], [0x61, 0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        for padding in 0...9 {
            let text = [UInt8(ascii: "\"")] + [UInt8](repeating: 0x61, count: padding) + bytes + [UInt8(ascii: "\"")]
            #expect(throws: JSONError.self) { try JSONReader.parse(text) }
            #expect(throws: JSONError.self) { try JSONReader.parse(Array("\"\\n".utf8) + text.dropFirst()) }
        }
    }

    @Test("Nesting up to the limit is read, beyond it refused, without using up the stack")
    func nesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONReader.parse(nested(512)) }
        #expect(throws: JSONError.self) { try JSONReader.parse(nested(513)) }
        #expect(throws: JSONError.self) { try JSONReader.parse(String(repeating: "[", count: 5_000_000)) }
        #expect(throws: JSONError.self) { try JSONReader.parse(String(repeating: "{\"a\":", count: 1_000_000)) }
        #expect(throws: JSONError.self) { try JSONReader.parse(nested(3), maxDepth: 2) }
    }

    @Test("An error tells the byte where it is")
    func offset() {
        func offset(_ text: String) -> Int? {
            do throws(JSONError) {
                _ = try JSONReader.parse(text)
                return nil
            } catch {
                return error.offset
            }
        }
        #expect(offset("[1, x]") == 4)
        #expect(offset("{\"é\": tru}") == 7)
        #expect(offset("1 2") == 2)
        #expect(offset("[") == 1)
    }

    @Test("A repeated key keeps its place and takes the last value")
    func repeatedKeys() throws {
        let object = try #require(try JSONReader.parse("{\"a\":1,\"b\":2,\"a\":3}").objectValue)
        #expect(object.keys == ["a", "b"])
        #expect(object["a"] == 3)
    }

    @Test("Keys and strings that are only canonically equivalent differ")
    func canonicalEquivalence() throws {
        let object = try #require(try JSONReader.parse("{\"\u{E9}\":1,\"e\u{301}\":2}").objectValue)
        #expect(object.count == 2)
        #expect(object["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        var large = JSONObject()
        for index in 0..<20 { large["k\(index)"] = .integer(Int64(index)) }
        large["\u{E9}"] = 1
        large["e\u{301}"] = 2
        #expect(large.count == 22)
        #expect(large["\u{E9}"] == 1)
    }

    @Test("Strings of every length around the eight-byte steps end where they end")
    func stringLengths() throws {
        for length in 0...40 {
            for special in ["\\\"", "\\\\", "é", "\\u0041", ""] {
                for position in [0, length / 2, length] {
                    let plain = String(repeating: "x", count: length)
                    let cut = plain.index(plain.startIndex, offsetBy: position)
                    let text = "[\"" + plain[..<cut] + special + plain[cut...] + "\",7]"
                    let decoded = ["\\\"": "\"", "\\\\": "\\", "é": "é", "\\u0041": "A", "": ""][special]!
                    let value = try JSONReader.parse(text)
                    #expect(value[0]?.stringValue == plain[..<cut] + decoded + plain[cut...])
                    #expect(value[1] == 7)
                }
            }
        }
    }
}
