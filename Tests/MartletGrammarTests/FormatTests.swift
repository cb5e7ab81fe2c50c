import Testing

@testable import MartletGrammar

@Suite struct FormatTests {
    /// Formats in which we follow the standard where the checkers refuse valid values.
    private static let widerThanCheckers = ["time", "date-time", "relative-json-pointer", "uri-template"]

    @Test func everyAcceptedTextIsValid() throws {
        let fixtures = try PatternFixture.load("formats.json")
        #expect(Set(fixtures.compactMap(\.format)) == Set(FormatLanguage.names))
        for fixture in fixtures {
            let format = try #require(fixture.format)
            let regex = try #require(FormatLanguage.named(format))
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(regex)
            for text in fixture.valid { #expect(try arena.contains(term, text), "\(format) \(text.debugDescription)") }
            for text in fixture.refused where !fixture.valid.contains(text) {
                if Self.widerThanCheckers.contains(format) { continue }
                #expect(try !arena.contains(term, text), "\(format) \(text.debugDescription)")
            }
            for text in fixture.accepted + fixture.refused where text.unicodeScalars.count < 60 {
                #expect(try arena.contains(term, text) == PlainRegexMatcher.contains(regex, text), "\(format)")
            }
        }
    }

    @Test func unknownFormatsAreAnnotations() {
        #expect(FormatLanguage.named("int32") == nil)
        #expect(FormatLanguage.named("Date") == nil)
    }

    @Test(arguments: [
        ("time", "23:59:60Z", true), ("time", "23:59:60-00:00", true), ("time", "22:59:60Z", false),
        ("date-time", "1998-12-31T23:58:60Z", false), ("date-time", "2020-01-01T00:00:00", false),
        ("date", "0000-01-01", false), ("date", "2100-02-29", false), ("date", "2400-02-29", true),
        ("duration", "P1Y1D", false), ("duration", "PT1H1S", false), ("duration", "P", false),
        ("duration", "PT0.5S", false),
        ("relative-json-pointer", "100", true), ("relative-json-pointer", "01", false), ("uri-template", "{%41}", true),
        ("uri-template", "{a", false), ("hostname", "a--b.com", true), ("hostname", "xn--x", false),
        ("email", "a@b", true), ("email", "a..b@c.d", false), ("ipv4", "01.2.3.4", false),
        ("ipv6", "fe80::1%eth0", false),
        ("uri", "//a/b", false), ("uri", "http://a b", false), ("uri", "http://é", false), ("iri", "http://é", true),
        ("regex", "(a", false), ("regex", "a{2,1}", false), ("regex", "[z-a]", false), ("uuid", "{2eb8aa08}", false),
    ])
    func edges(format: String, text: String, isValid: Bool) throws {
        #expect(PlainRegexMatcher.contains(try #require(FormatLanguage.named(format)), text) == isValid)
    }

    @Test func hostnamesHaveLengths() throws {
        let arena = TermArena(budget: GrammarBudget())
        let term = try arena.intern(try #require(FormatLanguage.named("hostname")))
        let label = String(repeating: "a", count: 63)
        #expect(try arena.contains(term, "\(label).com"))
        #expect(try !arena.contains(term, "a\(label).com"))
        let name = "\(label).\(label).\(label)."
        #expect(try arena.contains(term, name + String(repeating: "b", count: 61)))
        #expect(try !arena.contains(term, name + String(repeating: "b", count: 62)))
    }
}
