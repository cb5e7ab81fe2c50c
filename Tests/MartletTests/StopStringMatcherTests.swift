import Testing

@testable import Martlet

@Suite("Stop strings")
struct StopStringMatcherTests {
    /// Pushes pieces and gives all text let out, with the stop string.
    func run(_ pieces: [String], stops: [String]) -> (text: String, stop: String?) {
        var matcher = StopStringMatcher(stops)
        var text = ""
        for piece in pieces {
            let match = matcher.push(piece)
            text += match.text
            if let stop = match.stop { return (text, stop) }
        }
        return (text + matcher.finish(), nil)
    }

    static let cases: [(text: String, stops: [String], kept: String, stop: String?)] = [
        ("hello world", [], "hello world", nil),
        ("hello world", ["wor"], "hello ", "wor"),
        ("ab", ["ab"], "", "ab"),
        ("abcabd", ["abd"], "abc", "abd"),
        ("aaab", ["aab"], "a", "aab"),
        ("abcd", ["bc", "abcd"], "a", "bc"),
        ("abc", ["bc", "abc"], "", "abc"),
        ("grüße 🐦 Ende", ["🐦"], "grüße ", "🐦"),
        ("line\n\nnext", ["\n\n"], "line", "\n\n"),
        ("unfinished <|im_", ["<|im_end|>"], "unfinished <|im_", nil),
    ]

    @Test("are found whatever way the text is cut", arguments: cases)
    func cutAnywhere(_ row: (text: String, stops: [String], kept: String, stop: String?)) {
        let characters = row.text.map(String.init)
        for cut in 0...characters.count {
            let pieces = [characters[..<cut].joined(), characters[cut...].joined()]
            let result = run(pieces, stops: row.stops)
            #expect(result.text == row.kept)
            #expect(result.stop == row.stop)
        }
        let single = run(characters, stops: row.stops)
        #expect(single.text == row.kept)
        #expect(single.stop == row.stop)
    }

    @Test("hold back only what may become one")
    func holdBack() {
        var matcher = StopStringMatcher(["END", "</s>"])
        #expect(matcher.push("the E").text == "the ")
        #expect(matcher.push("N").text == "")
        #expect(matcher.push("x").text == "ENx")
        #expect(matcher.push("<").text == "")
        #expect(matcher.finish() == "<")
    }
}
