import Testing

@testable import MartletTokenizers

/// Texts that would take hours if any step took time with the square of a piece's length.
@Suite("Hostile texts take time in proportion", .timeLimit(.minutes(2)))
struct HostileTextTests {
    private static func letter(_ index: Int) -> UInt8 { UInt8(97 + (index &* 2_654_435_761 >> 13) % 26) }

    private static let texts: [(name: String, text: String)] = [
        ("one letter", String(repeating: "a", count: 1 << 20)),
        ("spaces", String(repeating: " ", count: 1 << 20)),
        ("newlines", String(repeating: "\n", count: 1 << 20)),
        ("digits", String(repeating: "7", count: 1 << 20)),
        ("apostrophes", String(repeating: "'", count: 1 << 20)),
        ("one character of three bytes", String(repeating: "语", count: 1 << 19)),
        ("marks", "a" + String(repeating: "\u{301}", count: 1 << 19)),
        ("one long word", String(decoding: (0..<1 << 21).map(letter), as: UTF8.self)),
        ("many words", (0..<200_000).map { "word\($0 &* 7919)long" }.joined(separator: " ")),
    ]

    @Test("Encoding and decoding", arguments: ["gpt2", "llama3", "o200k", "deepseek_v3"], 0..<9)
    func roundTrip(_ name: String, _ index: Int) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(name)
        let text = Self.texts[index].text
        let ids = tokenizer.encode(text, addSpecialTokens: false)
        #expect(ids.count <= text.utf8.count)
        #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: false), text))
    }

    @Test("Calls at the same time give what calls one after the other give")
    func concurrent() async throws {
        let tokenizer = try TokenizerFixtures.tokenizer("llama3")
        let texts = try TokenizerFixtures.texts()
        let expected = texts.map { tokenizer.encode($0, addSpecialTokens: false) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask { texts.map { tokenizer.encode($0, addSpecialTokens: false) } == expected }
            }
            for await isSame in group { #expect(isSame) }
        }
    }
}
