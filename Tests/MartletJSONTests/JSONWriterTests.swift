import MartletJSON
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("What is written reads back as it was")
    func roundTrip() throws {
        let controls = String(String.UnicodeScalarView((0..<0x30).map { Unicode.Scalar(UInt8($0)) }))
        let value: JSONValue = [
            nil, true, false, 0, -1, .integer(.max), .integer(.min), 1.5, 1e300, 5e-324, -0.0, 0.1, "",
            .string(controls), "é😀\u{2028}\"\\/", [], [[]], [:], ["a": ["b": [1, ["c": nil]]], "é": 2],
        ]
        #expect(try JSONReader.parse(JSONWriter.string(value)) == value)
    }

    @Test("Strings escape only what must be escaped")
    func strings() {
        #expect(JSONWriter.string("a/é\u{7F}😀") == "\"a/é\u{7F}😀\"")
        #expect(JSONWriter.string("\"\\\n\r\t\u{0}\u{1F}") == #""\"\\\n\r\t\u0000\u001f""#)
    }

    @Test(
        "Numbers are the shortest that read back",
        arguments: [(0.1, "0.1"), (1.0, "1.0"), (100.0, "100.0"), (1e300, "1e+300"), (1e-7, "1e-07"), (-2.5, "-2.5")])
    func numbers(_ value: Double, _ text: String) {
        #expect(JSONWriter.string(.double(value)) == text)
    }

    @Test("Infinities and NaN, which JSON lacks, become null")
    func notFinite() {
        for value in [Double.infinity, -.infinity, .nan] { #expect(JSONWriter.string(.double(value)) == "null") }
    }

    @Test("Members stay in order")
    func order() {
        var object = JSONObject()
        for key in ["z", "a", "m"] { object[key] = .string(key) }
        object["a"] = nil
        object["a"] = 1
        #expect(JSONWriter.string(.object(object)) == #"{"z":"z","m":"m","a":1}"#)
    }
}
