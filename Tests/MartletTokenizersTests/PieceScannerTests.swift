import Testing

@testable import MartletTokenizers

@Suite("Scanners equal the regular expressions that they stand for")
struct PieceScannerTests {
    private static let fragments =
        [
            "'s", "'S", "'t", "'re", "'RE", "'Ve", "'m", "'ll", "'lL", "'d", "'\u{17F}", "'x", "'", "’s", "a", "the",
            "Hello", "HELLO", "iPhone", "z", "Z", "1", "23", "4567", " ", "  ", "\n", "\r\n", "\r", "\n\n ", "\t", "/",
            "//", ".", "!?", "...", "-", "_", "$", "+", "<|", "(", "\u{B}", "\u{0}", "\u{85}", "\u{A0}", "\u{1680}",
            "\u{2003}", "\u{2028}", "\u{3000}", "\u{200B}", "\u{FEFF}", "\u{180E}", "é", "e\u{301}", "\u{301}",
            "\u{20DD}", "\u{903}", "ß", "ǅ", "ʰ", "ª", "ſ", "K", "中文", "我", "〇", "々", "⺀", "한국", "か", "カ", "ー",
            "\u{3099}", "ไทย", "हिन्दी", "العربية", "٣", "²", "½", "Ⅷ", "①", "𝟘", "𝒜", "𐐀", "𠀀", "👍🏽", "👨‍👩‍👧", "€",
            "©", "。", "，", "「", "–", "\u{378}", "\u{E000}", "\u{10FFFF}",
        ].map { Array($0.utf8) }

    private func text(_ generator: inout some RandomNumberGenerator) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 1...24, using: &generator) {
            if Int.random(in: 0..<8, using: &generator) == 0 {
                let limit: UInt32 = Bool.random(using: &generator) ? 0x3000 : 0x2_0000
                let code = UInt32.random(in: 0..<limit, using: &generator)
                UTF8Scalar.append(Unicode.Scalar(code)?.value ?? 0x41, to: &text)
            } else {
                text += Self.fragments.randomElement(using: &generator)!
            }
        }
        return text
    }

    @Test("on thousands of random texts", arguments: SplitPattern.known.keys.sorted())
    func random(_ source: String) throws {
        let scanner = try #require(SplitPattern(regex: source))
        let regex = MatchFinder.regex(try RegexPattern(source))
        var generator = BytePairTwinTests.Generator(state: 3)
        for _ in 0..<4000 {
            let text = text(&generator)
            text.withUnsafeBufferPointer { bytes in
                var (found, expected): ([Range<Int>], [Range<Int>]) = ([], [])
                PieceScanner(bytes).forEachPiece(scanner) { found.append($0) }
                SplitBehavior.isolated.forEachPiece(of: bytes, regex, isInverted: false) { range in
                    if !range.isEmpty { expected.append(range) }
                }
                #expect(found == expected, "\(String(decoding: text, as: UTF8.self).debugDescription)")
            }
        }
    }
}
