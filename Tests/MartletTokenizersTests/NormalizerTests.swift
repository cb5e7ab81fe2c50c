import Foundation
import MartletJSON
import Testing

@testable import MartletTokenizers

@Suite("Normalisers equal the tokenizers library")
struct NormalizerTests {
    private static func fixture() throws -> JSONValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try JSONReader.parse(
            [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/normalizers/cases.json"))))
    }

    private func normalize(_ text: String, _ normalizer: Normalizer?) -> String {
        var text = text
        let result = text.withUTF8 { normalizer?.normalize($0) }
        return result.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private func normalizer(_ json: JSONValue) throws -> Normalizer {
        try #require(try Normalizer.from(json: json))
    }

    @Test("Every kind on every text")
    func cases() throws {
        let fixture = try Self.fixture()
        let texts = try #require(fixture["texts"]?.arrayValue)
        let cases = try #require(fixture["cases"]?.arrayValue)
        #expect(texts.count > 90 && cases.count > 20)
        for entry in cases {
            let json = try #require(entry["normalizer"])
            let normalizer = try Normalizer.from(json: json)
            for (text, expected) in zip(texts, try #require(entry["expected"]?.arrayValue)) {
                let text = try #require(text.stringValue)
                let found = normalize(text, normalizer)
                #expect(
                    TokenizerFixtures.isSame(found, expected.stringValue ?? text),
                    "\(json["type"]?.stringValue ?? "") of \(text.debugDescription): \(found.debugDescription)")
            }
        }
    }

    @Test("A million marks on one letter take no longer than they must", arguments: ["NFC", "NFD", "NFKC", "NFKD"])
    func manyMarks(_ form: String) throws {
        let count = 1_000_000
        let marks = (0..<count).map { $0 % 2 == 0 ? Unicode.Scalar(0x301)! : Unicode.Scalar(0x323)! }
        var text = "a"
        text.unicodeScalars.append(contentsOf: marks)
        let found = Array(normalize(text, try normalizer(["type": .string(form)])).unicodeScalars)
        let isComposed = form.hasSuffix("C")
        #expect(found.count == count + (isComposed ? 0 : 1))
        #expect(found[0].value == (isComposed ? 0x1EA1 : 0x61))
        #expect(found[1].value == 0x323 && found.last?.value == 0x301)
    }

    @Test("A million marks in one cluster, and a charsmap")
    func longCluster() throws {
        let json = try #require(try Self.fixture()["cases"]?.arrayValue?.last?["normalizer"])
        let text = "b" + String(repeating: "\u{302}", count: 1_000_000) + "a"
        #expect(normalize(text, try normalizer(json)) == text.dropLast() + "A")
    }

    @Test("What is missing or unknown is named")
    func refusals() {
        func message(_ json: JSONValue) -> String {
            do {
                _ = try Normalizer.from(json: json)
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(message(["type": "Strange"]).contains("normalizer 'Strange'; supported: NFC, NFD"))
        #expect(message(["type": "Sequence", "normalizers": [["type": "NFC"], ["type": "Odd"]]]).contains("'Odd'"))
        #expect(message(["type": "Sequence"]).contains("`normalizers`"))
        #expect(message(["type": "Sequence", "normalizers": [nil]]).contains("null"))
        #expect(message(["type": "Strip", "strip_left": true]).contains("`strip_right`"))
        #expect(message(["type": "BertNormalizer", "clean_text": true]).contains("`handle_chinese_chars`"))
        #expect(message(["type": "Prepend"]).contains("`prepend`"))
        #expect(message(["type": "Replace", "content": "x"]).contains("`pattern`"))
        #expect(message(["type": "Replace", "pattern": ["String": "x"]]).contains("`content`"))
        #expect(message("NFC").contains("normalizer 'string'"))
        for text in ["", "!", "AAAA", "AAAAAAAA", "//////8=", "BAAAAA==", "BAAAAAAA"] {
            let json: JSONValue = ["type": "Precompiled", "precompiled_charsmap": .string(text)]
            #expect(message(json).contains("`precompiled_charsmap`"), "\(text)")
        }
    }

    @Test("A charsmap that points outside itself matches nothing there")
    func brokenTrie() throws {
        for seed in 0..<200 {
            var state = UInt64(seed) &+ 1
            var blob: [UInt8] = [64, 0, 0, 0]
            for _ in 0..<80 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                blob.append(UInt8(truncatingIfNeeded: state >> 40))
            }
            let map = try #require(CharacterMap(blob[...]))
            _ = normalize("any text, ä\u{301} 中 \u{0}", .precompiled(PrecompiledNormalizer(map: map)))
        }
    }
}
