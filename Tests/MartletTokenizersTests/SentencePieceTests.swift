import Foundation
import MartletJSON
import Testing

@testable import MartletTokenizers

/// Where `Scripts/goldens/make_sentencepiece.py` put small models and what the sentencepiece library makes of texts.
private enum Fixtures {
    static let names = [
        "bpe", "bpe_llama", "bpe_symbols", "bpe_suffix", "bpe_plain", "bpe_unused", "bpe_holes", "bpe_ties", "unigram",
        "unigram_bytes", "unigram_symbols", "unigram_t5", "unigram_back", "word", "char",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/sentencepiece/\(name)")))
    }

    static func json(_ name: String) throws -> JSONValue { try JSONReader.parse(try bytes(name)) }

    static func tokenizer(_ name: String, _ config: JSONValue? = nil) throws -> Tokenizer {
        try Tokenizer.load(sentencePiece: try bytes("\(name).model"), config: config)
    }

    static func texts() throws -> [String] {
        try #require(try json("texts.json").arrayValue).map { try #require($0.stringValue) }
    }
}

@Suite("SentencePiece models equal the sentencepiece library")
struct SentencePieceTests {
    private func expectDecoding(_ tokenizer: Tokenizer, _ ids: [Int32], _ expected: JSONValue?) throws {
        let expected = try #require(expected?.stringValue)
        #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: true), expected), "\(ids)")
        for skips in [true, false] {
            var stream = IncrementalDetokenizer(tokenizer: tokenizer, skipSpecialTokens: skips)
            let text = ids.map { stream.append($0) }.joined() + stream.finish()
            #expect(TokenizerFixtures.isSame(text, tokenizer.decode(ids, skipSpecialTokens: skips)), "\(ids)")
        }
    }

    @Test("Ids and texts", arguments: Fixtures.names)
    func goldens(_ name: String) throws {
        let tokenizer = try Fixtures.tokenizer(name)
        let cases = try Fixtures.json("\(name).cases.json")
        for (index, text) in try Fixtures.texts().enumerated() {
            let expected = try TokenizerFixtures.ids(cases["ids"]?[index])
            let ids = tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
            #expect(ids == expected, "\(text.debugDescription)")
            try expectDecoding(tokenizer, expected, cases["decoded"]?[index])
        }
        for entry in try #require(cases["sequences"]?.arrayValue) {
            try expectDecoding(tokenizer, try TokenizerFixtures.ids(entry[0]), entry[1])
        }
        for entry in try #require(cases["bytes"]?.arrayValue) {
            let hex = Array(try #require(entry[0]?.stringValue))
            let bytes = stride(from: 0, to: hex.count, by: 2).map { UInt8(String(hex[$0..<$0 + 2]), radix: 16)! }
            let ids = tokenizer.encode(utf8: bytes, addSpecialTokens: false, parseSpecial: false)
            #expect(ids == (try TokenizerFixtures.ids(entry[1])), "\(String(hex))")
        }
        #expect(tokenizer.bosTokenID.map { Int($0) } ?? -1 == cases["bos"]?.intValue)
        #expect(tokenizer.eosTokenID.map { Int($0) } ?? -1 == cases["eos"]?.intValue)
        #expect(tokenizer.hidesControlTokens)
    }

    @Test("Merging by ids, where it may be, comes to the same as merging by text", arguments: Fixtures.names)
    func merges(_ name: String) throws {
        guard case .sentencePiece(let model) = try Fixtures.tokenizer(name).model,
            case .mergesByID(let byID) = model.segmentation
        else { return }
        let bytes = try Fixtures.bytes("\(name).model")
        let file = try bytes.withUnsafeBufferPointer { buffer throws(TokenizerError) in try SentencePieceFile(buffer) }
        let byText = SentencePieceMerges(file.pieces, vocabulary: model.vocabulary, userDefined: PrefixMatcher([]))
        var scratch = ModelScratch()
        for text in try Fixtures.texts() where !text.contains("<user>") {
            var (ids, expected): ([Int32], [Int32]) = ([], [])
            var text = text
            text.withUTF8 { text in
                byID.encode(text, into: &ids, scratch: &scratch)
                var output = model.unknown.output()
                byText.encode(text) { output.append($0, $1, of: text, to: &expected) }
            }
            #expect(ids == expected || file.pieces.contains { $0.type == .userDefined }, "\(text.debugDescription)")
        }
    }

    @Test("Which models merge by ids")
    func paths() throws {
        func mergesByID(_ name: String) throws -> Bool {
            guard case .sentencePiece(let model) = try Fixtures.tokenizer(name).model else { return false }
            if case .mergesByID = model.segmentation { return true }
            return false
        }
        for name in ["bpe", "bpe_llama", "bpe_symbols", "bpe_suffix", "bpe_plain", "bpe_ties"] {
            #expect(try mergesByID(name), "\(name)")
        }
        #expect(try !mergesByID("bpe_unused"))
        #expect(try !mergesByID("bpe_holes"))
    }

    @Test("BOS for models that have one, EOS for others, or what the configuration says")
    func specialTokens() throws {
        let llama = try Fixtures.tokenizer("bpe_llama")
        let plain = llama.encode("the", addSpecialTokens: false)
        #expect(llama.encode("the", addSpecialTokens: true) == [1] + plain)
        #expect(llama.bosToken == "<s>" && llama.eosToken == "</s>")
        #expect(llama.specialTokens["unk_token"] == "<unk>")
        let both = try Fixtures.tokenizer("bpe_llama", ["add_bos_token": true, "add_eos_token": true])
        #expect(both.encode("the", addSpecialTokens: true) == [1] + plain + [2])
        let none = try Fixtures.tokenizer("bpe_llama", ["add_bos_token": false])
        #expect(none.encode("the", addSpecialTokens: true) == plain)
        let t5 = try Fixtures.tokenizer("unigram_t5")
        #expect(t5.encode("", addSpecialTokens: true) == [1])
        #expect(t5.specialTokens["pad_token"] == "<pad>")
    }

    @Test("Control tokens are found where asked for, and spelled where not skipped")
    func controlTokens() throws {
        let tokenizer = try Fixtures.tokenizer("bpe_symbols")
        let control = try #require(tokenizer.id(of: "<ctl>"))
        let ids = tokenizer.encode("the<ctl>the", addSpecialTokens: false, parseSpecial: true)
        #expect(ids.filter { $0 == control }.count == 1)
        // Only the text's start gets the dummy prefix, so that nothing comes between.
        #expect(tokenizer.decode(ids, skipSpecialTokens: false) == "the<ctl>the")
        #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "thethe")
        let plain = tokenizer.encode("the<ctl>the", addSpecialTokens: false, parseSpecial: false)
        #expect(!plain.contains(control))
        #expect(tokenizer.decode(plain, skipSpecialTokens: true) == "the<ctl>the")
        let legacy = try Fixtures.tokenizer("bpe_symbols", ["legacy": true])
        let prefixed = legacy.encode("the<ctl>the", addSpecialTokens: false, parseSpecial: true)
        #expect(legacy.decode(prefixed, skipSpecialTokens: false) == "the<ctl> the")
        #expect(tokenizer.isSpecial(control) && !tokenizer.isSpecial(0))
    }

    @Test("Tokens that only the configuration lists")
    func configuredTokens() throws {
        let config: JSONValue = ["added_tokens_decoder": ["900": ["content": "<|new|>", "special": true]]]
        let tokenizer = try Fixtures.tokenizer("bpe_llama", config)
        // The ids that the file leaves free, as in transformers.
        let id = Int32(try Fixtures.tokenizer("bpe_llama").vocabSize)
        #expect(tokenizer.encode("<|new|>", addSpecialTokens: false) == [id])
        #expect(tokenizer.decode([id], skipSpecialTokens: false) == "<|new|>")
        #expect(tokenizer.vocabSize == Int(id) + 1)
    }

    @Test("A long text takes no more than it must", arguments: ["bpe", "bpe_unused", "bpe_symbols", "unigram", "word"])
    func longText(_ name: String) throws {
        let tokenizer = try Fixtures.tokenizer(name)
        for text in [String(repeating: "a", count: 300_000), String(repeating: "the 😀", count: 50_000)] {
            let ids = tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
            #expect(!ids.isEmpty)
        }
    }
}

@Suite("SentencePiece files that are not what they should be")
struct SentencePieceFileTests {
    private func message(_ bytes: [UInt8]) -> String? {
        do {
            _ = try Tokenizer.load(sentencePiece: bytes, config: nil)
            return nil
        } catch {
            return error.description
        }
    }

    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < 128)
        return [number << 3 | 2, UInt8(bytes.count)] + bytes
    }

    private func piece(_ text: String, _ type: UInt8 = 1, score: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
        field(1, field(1, Array(text.utf8)) + [2 << 3 | 5] + score + [3 << 3, type])
    }

    @Test("What is missing or contradicts itself is named")
    func messages() {
        let valid = piece("<unk>", 2) + piece("a")
        #expect(message(valid) == nil)
        #expect(message([])?.contains("no piece is of type unknown") == true)
        #expect(message(piece("a"))?.contains("no piece is of type unknown") == true)
        #expect(message(valid + piece("b", 2))?.contains("pieces 0 and 2 are both of type unknown") == true)
        #expect(message(valid + piece("a"))?.contains("pieces 1 and 2 are both 'a'") == true)
        #expect(message(valid + piece(""))?.contains("piece 2 is empty") == true)
        #expect(message(valid + piece("x\u{0}"))?.contains("zero byte") == true)
        #expect(message(valid + piece("<0x41>", 6))?.contains("byte_fallback is false") == true)
        #expect(message(valid + piece("b", score: [0, 0, 0xC0, 0x7F]))?.contains("score") == true)
        let fallback = field(2, [35 << 3 & 0x7F | 0x80, 35 >> 4, 1])
        #expect(message(valid + fallback)?.contains("256 pieces") == true)
        #expect(message(valid + fallback + piece("<0xaa>", 6))?.contains("none of <0x00> to <0xFF>") == true)
        #expect(message(valid + field(2, [3 << 3, 9]))?.contains("model type '9'; supported: 1 (unigram)") == true)
        #expect(message(valid + field(3, field(2, [1, 2, 3, 4, 5, 6])))?.contains("precompiled_charsmap") == true)
        #expect(message(Array("{\"model\": {}}".utf8))?.contains("SentencePiece model") == true)
    }

    @Test("Unknown fields are skipped, groups and all")
    func unknownFields() {
        let valid = piece("<unk>", 2) + piece("a")
        let group: [UInt8] = [15 << 3 | 3, 15 << 3 | 3, 8, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 15 << 3 | 4, 15 << 3 | 4]
        #expect(message(field(14, [1, 2, 3]) + valid + [15 << 3, 0xFF, 0x01] + group) == nil)
        let depth = 100_000
        #expect(message(valid + Array(repeating: 15 << 3 | 3, count: depth)) != nil)
        #expect(
            message(valid + Array(repeating: 15 << 3 | 3, count: depth) + Array(repeating: 15 << 3 | 4, count: depth))
                == nil)
    }

    @Test("Lengths and numbers beyond the file")
    func lengths() {
        #expect(message([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])?.contains("byte 0") == true)
        let highest = [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
        #expect(message(highest)?.contains("byte 0") == true)
        #expect(message(Array(repeating: 0xFF, count: 20))?.contains("ten bytes") == true)
        #expect(message([0x0A])?.contains("goes beyond") == true)
        #expect(message([0x0F])?.contains("wire type 7") == true)
    }

    @Test("A file cut short or with wrong bytes gives an error or a tokenizer", arguments: ["bpe", "unigram"])
    func damage(_ name: String) throws {
        let bytes = try Fixtures.bytes("\(name).model")
        for count in 0..<bytes.count where count % 7 == 0 { use(Array(bytes[..<count])) }
        var state: UInt64 = 1
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 24)
            }
            use(damaged)
        }
    }

    private func use(_ bytes: [UInt8]) {
        guard let tokenizer = try? Tokenizer.load(sentencePiece: bytes, config: nil) else { return }
        let ids = tokenizer.encode("the <user> A\u{301}é\t 中 123", addSpecialTokens: true)
        _ = tokenizer.decode(ids, skipSpecialTokens: false)
    }
}
