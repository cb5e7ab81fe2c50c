import MartletJSON
import Testing

@testable import MartletChat

/// JSON as `json.dumps(json.loads(text), ensure_ascii=False)` respells it, and where it ends in a stream.
@Suite struct PythonJSONTests {
    private func respelled(_ text: String) -> String? { PythonJSON(Array(text.utf8)[...])?.text }

    @Test(arguments: [
        (#"{"a":1,"b":[1,2 ,3],"c":{}}"#, #"{"a": 1, "b": [1, 2, 3], "c": {}}"#),
        (
            "[1e3, 1E-7, 1.50, -0, -0.0, 1e16, 123456789012345678901234567890, 1e22, 5e-324]",
            "[1000.0, 1e-07, 1.5, 0, -0.0, 1e+16, 123456789012345678901234567890, 1e+22, 5e-324]"
        ),
        (#"["\u00e9\ud83d\ude00\/\u0001\u007f\b\f\n\r\t\"\\"]"#, "[\"é😀/\\u0001\u{7F}\\b\\f\\n\\r\\t\\\"\\\\\"]"),
        (#"{"a": 1, "b": 2, "a": {"x": null}}"#, #"{"a": {"x": null}, "b": 2}"#),
        (" true ", "true"),
    ])
    func `Values are respelled as Python does`(text: String, expected: String) {
        #expect(respelled(text) == expected)
    }

    @Test(arguments: ["", "{", "NaN", "[Infinity]", #""\ud800""#, "{'a': 1}", "[1,]", "[01]", "1e999", "1 2", "\"\n\""])
    func `What strict JSON refuses is nil`(text: String) {
        #expect(respelled(text) == nil)
    }

    @Test func `Canonically equivalent keys are different keys`() {
        #expect(respelled("{\"\u{E9}\": 1, \"e\u{301}\": 2}") == "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    }

    /// Random bytes of JSON's alphabet: where a reader takes a prefix as a whole value, the boundary is there.
    @Test func `A boundary is found where a value ends`() {
        var randomness = FixedRandomness(11)
        let alphabet = Array(#"{}[]",:\ 1-tn"#.utf8)
        var found = 0
        for _ in 0..<20_000 {
            let length = Int.random(in: 1...14, using: &randomness)
            let start = [UInt8(ascii: "{"), UInt8(ascii: "[")].randomElement(using: &randomness)!
            let text = [start] + (0..<length).map { _ in alphabet.randomElement(using: &randomness)! }
            let end = (1...text.count).first { (try? JSONReader.parse(Array(text[..<$0]))) != nil }
            var boundary = JSONBoundary()
            var result = JSONBoundary.Result.incomplete
            for index in text.indices where result == .incomplete {
                var place = index
                result = boundary.read(text[...index], from: &place)
            }
            guard let end else { continue }
            found += 1
            #expect(result == .complete(end: end))
        }
        #expect(found > 500)
    }
}
