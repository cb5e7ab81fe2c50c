import Foundation
import MartletJSON
import Testing

@testable import MartletTokenizers

/// Where `Scripts/goldens/make_regex.py` put what the tokenizers library makes of patterns and pre-tokenizers.
private func fixture(_ name: String) throws -> JSONValue {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try JSONReader.parse([UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/regex/\(name)"))))
}

private func pieces(_ pattern: RegexPattern, _ text: String, _ behavior: SplitBehavior) -> [Int] {
    var found: [Int] = []
    Array(text.utf8).withUnsafeBufferPointer { bytes in
        behavior.forEachPiece(of: bytes, .regex(pattern), isInverted: false) { range in
            if !range.isEmpty { found += [range.lowerBound, range.upperBound] }
        }
    }
    return found
}

private func matches(_ pattern: String, _ text: [UInt8]) throws -> [Range<Int>] {
    matches(try RegexPattern(pattern), text)
}

private func matches(_ pattern: RegexPattern, _ text: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    text.withUnsafeBufferPointer { pattern.forEachMatch(in: $0) { found.append($0) } }
    return found
}

private func name(of body: () throws -> Void) -> String {
    do {
        try body()
        return "accepted"
    } catch TokenizerError.unsupported(_, let name, _) {
        return name
    } catch {
        return "malformed"
    }
}

@Suite("Regular expressions mean what they mean to Oniguruma")
struct RegexTests {
    @Test("Every pattern on every text, and errors where it has errors")
    func goldens() throws {
        let file = try fixture("regexes.json")
        let common = try #require(file["texts"]?.arrayValue)
        for row in try #require(file["rows"]?.arrayValue) {
            let source = try #require(row["pattern"]?.stringValue)
            if row["error"] != nil {
                // What Oniguruma cannot do behind, we may.
                let isLookbehind = row["error"]?.stringValue?.contains("look-behind") ?? false
                #expect(isLookbehind || name { _ = try RegexPattern(source) } != "accepted", "\(source)")
                continue
            }
            let pattern: RegexPattern
            do {
                pattern = try RegexPattern(source)
            } catch {
                let refused = ["in a lookbehind", "in a lookaround"]
                #expect(refused.contains { "\(error)".contains($0) }, "\(error)")
                continue
            }
            for (index, text) in (row["texts"]?.arrayValue ?? common).enumerated() {
                let text = try #require(text.stringValue)
                for (key, behavior) in [("isolated", SplitBehavior.isolated), ("removed", .removed)] {
                    let expected = row[key]?.arrayValue?[index].arrayValue?.map { $0.intValue ?? -1 }
                    #expect(pieces(pattern, text, behavior) == expected, "\(source) on \(text) \(key)")
                }
            }
        }
    }

    @Test("What cannot be bounded is refused by name")
    func refused() {
        for (pattern, part) in [
            ("(a)\\1", "backreference \\1"), ("(?<n>a)\\k<n>", "backreference \\k"), ("(?~ab)", "absent operator"),
            ("(?<n>a\\g<n>?)", "recursive"), ("\\g<0>", "unknown or ambiguous"), ("(?{x})", "callout"),
            ("(a)?(?(1)b|c)", "condition on a group"), ("\\p{Strange}", "Strange"), ("(?=a\\K)", "\\K in a lookaround"),
            ("(?<=a++)b", "in a lookbehind"), ("(?I)a", "(?I)"),
        ] {
            #expect(name { _ = try RegexPattern(pattern) }.contains(part), "\(pattern)")
        }
    }

    @Test("Errors say what and where")
    func malformed() {
        for pattern in [
            "(", ")", "[", "[]", "a**{", "*", "a{100001}", "\\", "[b-a]", "[\\d-x]", "\\x{110000}", "\\xff", "(?<a",
            "(?z)", "\\u12", "(?", "(?(", "(?<", "[[:foo:]]", "\\p{L", "\\g<", "(?i", "(?<>a)", "[a-", "(?#",
            String(repeating: "(", count: 100_000), String(repeating: "[", count: 100_000),
            "a" + String(repeating: "{2,3}", count: 1000), String(repeating: "(?i)", count: 1000),
            "\\p{L}{1,1000}{1,1000}", "(?:(?:a{1,100}b){1,100}c){1,100}", "((((a{99}b){99}c){99}d){99}e){99}",
        ] where pattern != "a**{" {
            #expect(name { _ = try RegexPattern(pattern) } == "malformed", "\(pattern.prefix(40))")
        }
    }

    @Test("Replacing")
    func replacing() throws {
        func replace(_ pattern: String, _ text: String, _ replacement: String) throws -> String? {
            let pattern = try RegexPattern(pattern)
            return Array(text.utf8).withUnsafeBufferPointer { bytes in
                pattern.replaceAll(in: bytes, with: Array(replacement.utf8)).map { String(decoding: $0, as: UTF8.self) }
            }
        }
        #expect(try replace(" {2,}", "a  b   c d", "▁") == "a▁b▁c d")
        #expect(try replace("x*", "axb", "-") == "-a-b-")
        #expect(try replace("z", "abc", "-") == nil)
        #expect(try replace("^", "", "-") == nil)
        #expect(try replace("$", "a\nb", "!") == "a!\nb!")
    }

    @Test("Text that is no UTF-8 is survived")
    func illFormed() throws {
        var generator = SystemRandomNumberGenerator()
        for pattern in [
            "\\w+|\\s", "(?<=\\p{L}).", "(?i)[^k]+?x", "\\X", "(?<!é+)[\\x{80}-\\x{10ffff}]", "(?>.*)z|\\B.",
        ] {
            let pattern = try RegexPattern(pattern)
            for _ in 0..<300 {
                let length = Int.random(in: 0...24, using: &generator)
                let text = (0..<length).map { _ in UInt8.random(in: 0x60...255, using: &generator) }
                var end = 0
                for match in matches(pattern, text) {
                    #expect(match.lowerBound >= end && match.upperBound <= text.count)
                    end = match.upperBound
                }
            }
        }
    }
}

@Suite("No pattern and no text take more than linear time")
struct RegexTimeTests {
    /// Patterns that take exponential or quadratic time elsewhere; a wrong bound would run for hours here.
    static let hostile = [
        "(a+)+$", "(a|aa)+b", "(a*)*b", "(?:a|a)*b", "(x*)*", "(a?){50}a{50}b", "((a+)+)+b", "(?:a+a+)+b",
        "a*a*a*a*a*b",
        "(a|a|a)*?b", "(?:(?:a*)*)*b", "\\p{L}{1,1000}b", "a+b", "a++b", "(?>a*)b",
        "(?>(?:aa?)*)b", "(?=(a+)+b)a", "(?!(a|aa)+b)a", "(?:a(?=a*b))+", "(?<=(a+)+b)a", "(?<=a*)b",
        "(?<!(?:a|aa)*b)a",
        ".*b|a", "(?:a|b)*?c", "(?:.*)*b", "[^b]*b", "(?:a|(\\b))*b", "(?:((?=a))|a)*b", "(?>a|aa)+b", "(?>(?:a|aa)+)b",
        "(?:(?>a+)|a)*b", "\\Aa*b", "\\Ga*b", "a\\K(a+)+b", "(?i:a|ss|aa)+b",
    ]

    @Test("Many thousand times one letter", arguments: hostile)
    func oneLetter(_ pattern: String) throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 17)
        _ = try matches(pattern, text)
    }

    @Test("Counted repeats cost what they are written out as")
    func counted() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 12)
        for pattern in ["(?:\\p{L}{1,30}){1,30}b", "(?:a{0,3}){0,300}b"] { _ = try matches(pattern, text) }
    }

    @Test("Words, spaces and line ends in hostile numbers")
    func longRuns() throws {
        let cl100k =
            #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|"#
            + #"\s*[\r\n]|\s+(?!\S)|\s"#
        for character in [" ", "\n", "\u{3000}", "é", "!", "1", "\r\n", "'s"] {
            let text = Array(String(repeating: character, count: 200_000).utf8)
            var end = 0
            for match in try matches(cl100k, text) {
                #expect(match.lowerBound == end)
                end = match.upperBound
            }
            #expect(end == text.count)
        }
    }
}

@Suite("Pre-tokenizers cut as the library's do")
struct PreTokenizerTests {
    @Test("Every kind on every text")
    func goldens() throws {
        let file = try fixture("pretokenizers.json")
        let texts = try #require(file["texts"]?.arrayValue).map { try #require($0.stringValue) }
        for row in try #require(file["rows"]?.arrayValue) {
            let json = try #require(row["json"])
            let preTokenizer = try PreTokenizer(json: json)
            for (text, expected) in zip(texts, try #require(row["pieces"]?.arrayValue)) {
                let pieces = cut(text, preTokenizer)
                #expect(pieces == expected.arrayValue?.map { $0.stringValue ?? "" }, "\(json) on \(text)")
            }
        }
    }

    private func cut(_ text: String, _ preTokenizer: PreTokenizer, isFirst: Bool = true) -> [String] {
        var pieces: [String] = []
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            preTokenizer.forEachPiece(in: bytes, isFirst: isFirst) { piece in
                let isSpelled = preTokenizer.endsInByteLevel
                pieces.append(
                    isSpelled ? ByteAlphabet.shared.spelling(of: piece) : String(decoding: piece, as: UTF8.self))
            }
        }
        return pieces
    }

    @Test("Only the beginning of the text is first")
    func first() throws {
        let metaspace = try PreTokenizer(json: ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"])
        #expect(cut("a b", metaspace) == ["▁a", "▁b"])
        #expect(cut("a b", metaspace, isFirst: false) == ["a", "▁b"])
        #expect(cut("", metaspace) == [])
        #expect(!metaspace.endsInByteLevel)
    }

    @Test("None, and kinds and options that are not there")
    func refused() throws {
        #expect(cut("a b", try PreTokenizer(json: nil)) == ["a b"])
        func refusal(_ json: JSONValue) -> String { name { _ = try PreTokenizer(json: json) } }
        #expect(refusal(["type": "Strange"]) == "Strange")
        #expect(refusal(["type": "Sequence", "pretokenizers": [["type": "Strange"]]]) == "Strange")
        #expect(refusal(["type": "Sequence"]) == "malformed")
        #expect(refusal(["type": "Punctuation", "behavior": "Strange"]) == "Strange")
        #expect(refusal(["type": "Split", "behavior": "Isolated"]) == "malformed")
        #expect(refusal(["type": "Split", "pattern": ["Regex": "("], "behavior": "Isolated"]) == "malformed")
        #expect(refusal(["type": "FixedLength", "length": 0]) == "malformed")
        #expect(refusal(["type": "CharDelimiterSplit", "delimiter": "ab"]) == "malformed")
        #expect(refusal(["type": "Metaspace", "replacement": ""]) == "malformed")
        #expect(refusal(["type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"]) == "last")
        #expect(
            refusal(["type": "Metaspace", "replacement": "▁", "add_prefix_space": false, "prepend_scheme": "always"])
                == "malformed")
    }
}
