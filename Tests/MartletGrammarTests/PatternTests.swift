import Testing

@testable import MartletGrammar

@Suite struct PatternTests {
    private func search(_ pattern: String, _ text: String) throws -> Bool {
        PlainRegexMatcher.contains(try PatternParser.search(pattern), text)
    }

    @Test func patternsFindWhatPythonFinds() throws {
        var unsupported = 0
        let fixtures = try PatternFixture.load("patterns.json")
        #expect(fixtures.count > 400)
        for fixture in fixtures {
            let pattern = try #require(fixture.pattern)
            let regex: Regex
            do throws(GrammarError) {
                regex = try fixture.isWhole ? PatternParser.wholeMatch(pattern) : PatternParser.search(pattern)
            } catch {
                #expect(error.reason == .unsupported && error.message.contains("inside a lookbehind"), "\(pattern)")
                unsupported += 1
                continue
            }
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(regex)
            for (texts, label) in [(fixture.accepted, true), (fixture.refused, false)] {
                for text in texts {
                    #expect(PlainRegexMatcher.contains(regex, text) == label, "\(pattern) in \(text.debugDescription)")
                    #expect(try arena.contains(term, text) == label, "\(pattern) in \(text.debugDescription)")
                }
            }
        }
        #expect(unsupported < 25)
    }

    /// The automaton and the lowering by continuations are two ways to the same language.
    @Test func automataAgreeWithLanguages() throws {
        for fixture in try PatternFixture.load("patterns.json") {
            let node = try PatternParser.parse(try #require(fixture.pattern))
            guard let whole = try? PatternLowering.wholeMatch(node),
                let automaton = try? PatternAutomaton.language(of: node, followedBy: .empty)
            else { continue }
            for text in fixture.accepted + fixture.refused {
                #expect(
                    PlainRegexMatcher.contains(whole, text) == PlainRegexMatcher.contains(automaton, text),
                    "\(fixture.pattern ?? "") in \(text.debugDescription)")
            }
        }
    }

    @Test func searchIsWrittenWithoutWhatSaysNothing() throws {
        #expect(try PatternParser.search("") == .anything)
        #expect(try PatternParser.search(".*") == .anything)
        #expect(try PatternParser.search("^.*") == .anything)
        #expect(try PatternParser.search("(a|b*)$") == .anything)
        let dot = Regex.scalars(PatternSets.lineTerminators.complement)
        #expect(try PatternParser.search("^.*$") == .repeated(dot, atLeast: 0, atMost: nil))
        let letters = Regex.scalars(ScalarSet("a"..."z"))
        #expect(try PatternParser.search("^[a-z]+$") == .repeated(letters, atLeast: 1, atMost: nil))
        #expect(try PatternParser.search("^[a-z]+") == .sequence([letters, .anything]))
        #expect(try PatternParser.search("[a-z]{1,255}") == .sequence([.anything, letters, .anything]))
        #expect(try PatternParser.search("a^b") == .nothing)
        #expect(try PatternParser.wholeMatch("^a$") == .scalars(ScalarSet("a")))
    }

    @Test(arguments: [
        (#"\-\_\/\"\@\ "#, #"-_/"@ "#), ("a{,2}b", "aab"), ("x{", "x{"), ("{a}", "{a}"), ("a{,}", "a{,}"),
        ("[a-]", "-"),
        (#"[\w-.]"#, "-"), ("(?P<year>\\d{4})", "1999"), ("(?<n>a)", "a"), ("[[:alpha:]_]{2}", "a_"),
        (#"\x41\u0042\u{43}\x{44}\t\0"#, "ABCD\t\0"), (#"^\ud83d\ude00$"#, "😀"),
        (#"^[\ud83d\ude00-\ud83d\ude4f]$"#, "😁"),
        (#"^\p{Lu}\p{Letter}\P{L}\pN$"#, "Éa-٣"), (#"^\p{Script=Greek}\p{sc=Cyrl}\p{Han}$"#, "αж漢"),
        (#"^\p{ASCII}\p{Alphabetic}\p{Emoji}$"#, "aé☺"), ("(?i)straße", "STRAẞE"), ("(?i:ok)!", "oK!"),
        ("a(?i)b|c", "C"),
        ("(?x) a b # comment", "ab"), ("(?m)^b$", "a\nb\nc"), ("(?s)a.b", "a\nb"), ("a(?#note)b", "ab"),
        (#"\Aab\z"#, "ab"),
        ("]", "]"), ("}", "}"), ("^[^]$", "\n"), (#"^[\b]$"#, "\u{8}"), (#"\s"#, "\u{FEFF}"), (#"^\cJ$"#, "\n"),
    ])
    func syntaxIsUnderstood(pattern: String, text: String) throws {
        #expect(try search(pattern, text))
    }

    @Test(arguments: [
        (#"\d"#, "٣"), (#"^\w$"#, "é"), ("^a$", "a\n"), ("^.$", "\u{2028}"), ("[]", ""), ("(?-i:a)", "A"),
        (#"^\p{L}$"#, "1"),
        ("(?i)i", "ı"), ("[^-a]", "-"), (#"^[\ud83d]$"#, "😀"),
    ])
    func syntaxIsNotMisunderstood(pattern: String, text: String) throws {
        #expect(try !search(pattern, text))
    }

    @Test(arguments: [
        ("(a", 0), ("a)", 1), ("[a", 0), ("*a", 0), ("a**", 2), ("a{2,1}", 1), ("[z-a]", 1), (#"a\"#, 1), (#"\y"#, 0),
        (#"\u12"#, 0), ("(?<1>a)", 0), ("(?y)", 2), ("(?)", 2), (#"\x{110000}"#, 0), ("a{1}{2}", 4), ("^*", 1),
        ("(?#a", 0),
    ])
    func invalidPatternsAreRefusedWithTheirPlace(pattern: String, offset: Int) {
        let error = #expect(throws: GrammarError.self) { try PatternParser.search(pattern) }
        #expect(error?.reason == .invalid)
        #expect(error?.message.hasSuffix("at offset \(offset)") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        (#"^(["'])(?:(?!\1).)*\1$"#, [#""it's""#, "'a'", "''"], [#""a'"#, "'a'b'", "'"]),
        (#"^[\da-f]{2}([:-])[\da-f]{2}\1[\da-f]{2}$"#, ["0a:1b:2c", "0a-1b-2c"], ["0a:1b-2c"]),
        (#"^(?<q>a|bc)(x|y)?(?P=q)\k<q>$"#, ["aaa", "bcxbcbc"], ["abc", "axaa bc"]),
        (#"(?i)^(ab)\1$"#, ["abAB", "ABab"], ["ab"]), (#"^(?:(a|b)-\1|c)$"#, ["a-a", "b-b", "c"], ["a-b"]),
    ])
    func referencesToFewTextsAreWrittenOut(pattern: String, accepted: [String], refused: [String]) throws {
        for text in accepted { #expect(try search(pattern, text), "\(text)") }
        for text in refused { #expect(try !search(pattern, text), "\(text)") }
    }

    @Test func onlySchemasMayHaveNUL() throws {
        #expect(try search("^[^\0]$", "a"))
        #expect(throws: GrammarError.self) { try PatternParser.wholeMatch("a\0") }
    }

    @Test(arguments: [
        ("backreference", #"(a|b)*\1"#), ("backreference", #"(?:(?<n>a|b)|c)\k<n>"#), ("backreference", #"(.)\1"#),
        ("backreference", #"(?:(a|b)\1)*"#), ("backreference", #"(?=(a|ab))\1"#), ("backreference", #"(?!(a|b)\1)"#),
        ("atomic group", "(?>a)"), ("possessive", "a++"), ("conditional", "(?(1)a)"), ("recursion", "(?R)"),
        ("recursion", "(?1)"), ("property", #"\p{Klingon}"#), ("lookbehind", "(?<=a(?=b))b"), ("branch reset", "(?|a)"),
        ("verb", "(*FAIL)"),
    ])
    func whatIsNotRegularIsNamed(construct: String, pattern: String) {
        let error = #expect(throws: GrammarError.self) { try PatternParser.search(pattern) }
        #expect(error?.reason == .unsupported)
        #expect(error?.message.contains(construct) == true, "\(error?.message ?? "")")
    }

    @Test func hostilePatternsAreTooComplex() throws {
        for pattern in [
            String(repeating: "(", count: 100_000),
            String(repeating: "(", count: 70) + String(repeating: ")", count: 70),
            String(repeating: "a", count: 70_000), "a{99999999999999999999}", "((?=a)a|b){1,5000}",
            String(repeating: "(?:(?=a)a|(?!c)b|.)*", count: 40) + "(?<=x.{300})",
        ] {
            let error = #expect(throws: GrammarError.self) { try PatternParser.search(pattern) }
            #expect(error?.reason == .tooComplex, "\(pattern.prefix(40)): \(error?.message ?? "")")
        }
        // Long but plain.
        _ = try PatternParser.search(String(repeating: "a|(b)", count: 5000))
        _ = try PatternParser.search(String(repeating: #"\ba*"#, count: 60))
    }
}
