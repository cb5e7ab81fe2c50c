import MartletJSON
import MartletTokenizers
import Testing

/// Expected texts are what tokenizers 0.23 gives for the same chain.
@Suite("Decoders")
struct DecoderTests {
    /// A tokenizer of these words in order, with this decoder.
    private func tokenizer(_ words: [String], _ decoder: JSONValue) throws -> Tokenizer {
        var vocab = JSONObject()
        for (id, word) in words.enumerated() { vocab[word] = .integer(Int64(id)) }
        let file: JSONValue = [
            "added_tokens": [["id": 0, "content": .string(words[0]), "special": true]], "decoder": decoder,
            "model": ["type": "WordLevel", "unk_token": .string(words[0]), "vocab": .object(vocab)],
        ]
        return try Tokenizer.load(json: Array(JSONWriter.string(file).utf8), config: nil)
    }

    /// What each token and the end give out.
    private func pieces(_ words: [String], _ decoder: JSONValue, skips: Bool = false) throws -> [String] {
        let tokenizer = try tokenizer(Array(Set(words)).sorted(), decoder)
        let ids = try words.map { try #require(tokenizer.id(of: $0)) }
        var detokenizer = IncrementalDetokenizer(tokenizer: tokenizer, skipSpecialTokens: skips)
        let pieces = ids.map { detokenizer.append($0) } + [detokenizer.finish()]
        #expect(pieces.joined() == tokenizer.decode(ids, skipSpecialTokens: skips))
        #expect(detokenizer.finish() == "")
        return pieces
    }

    private static let llama: JSONValue = [
        "type": "Sequence",
        "decoders": [
            ["type": "Replace", "pattern": ["String": "▁"], "content": " "], ["type": "ByteFallback"],
            ["type": "Fuse"], ["type": "Strip", "content": " ", "start": 1, "stop": 0],
        ],
    ]

    @Test("SentencePiece: bytes wait for the end of their run, which more bytes may spoil")
    func byteFallback() throws {
        #expect(try pieces(["▁Hello", "▁", "world"], Self.llama) == ["Hello", " ", "world", ""])
        #expect(try pieces(["a", "<0xC3>", "<0xA9>", "b", "▁c"], Self.llama) == ["a", "", "", "éb", " c", ""])
        #expect(try pieces(["<0x41>", "<0xFF>", "<0x42>", "b"], Self.llama) == ["", "��", "�", "b", ""])
        #expect(try pieces(["<0xE2>", "<0x82>"], Self.llama) == ["", "", "��"])
        #expect(try pieces(["<0x0G>", "<0x+5>", "<0x0a>", "x"], Self.llama) == ["<0x0G>", "", "", "\u{5}\nx", ""])
    }

    @Test("WordPiece joins words with spaces, except before what cleaning joins")
    func wordPiece() throws {
        let clean: JSONValue = ["type": "WordPiece", "prefix": "##", "cleanup": true]
        #expect(try pieces(["un", "##believ", "##able", "!"], clean) == ["un", "believ", "able", "!", ""])
        #expect(try pieces(["##x", "do", "n't", "'", "s", "."], clean) == ["##x", " do", "n't", " '", " s", ".", ""])
        let plain: JSONValue = ["type": "WordPiece", "prefix": "##", "cleanup": false]
        #expect(try pieces(["a", "!", "##b"], plain) == ["a", " !", "b", ""])
    }

    @Test("Metaspace drops the space that was prepended, of the first token only")
    func metaspace() throws {
        func decoder(_ scheme: JSONValue) -> JSONValue {
            ["type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": true]
        }
        #expect(try pieces(["▁a▁b", "▁c"], decoder("always")) == ["ab", " c", ""])
        #expect(try pieces(["▁a▁b", "▁c"], decoder("first")) == ["ab", " c", ""])
        #expect(try pieces(["▁a▁b", "▁c"], decoder("never")) == [" a b", " c", ""])
    }

    @Test("BPEDecoder holds back a token until it knows whether it is the last")
    func bpe() throws {
        let decoder: JSONValue = ["type": "BPEDecoder", "suffix": "</w>"]
        #expect(try pieces(["th", "e</w>", "fox</w>"], decoder) == ["", "th", "e ", "fox"])
    }

    @Test("CTC merges repeated tokens that no pad stands between")
    func ctc() throws {
        let decoder: JSONValue = [
            "type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true,
        ]
        let tokens = ["h", "h", "e", "<pad>", "l", "l", "<pad>", "l", "o", "|", "|", "!"]
        #expect(try pieces(tokens, decoder).joined() == "hello !")
    }

    @Test("Without decoder tokens are joined with spaces")
    func none() throws {
        #expect(try pieces(["b", "a", "b"], nil) == ["b", " a", " b", ""])
        #expect(try pieces(["b", "a", "b"], nil, skips: true) == ["b", "", " b", ""])
    }

    @Test("Steps after the tokens were joined see one text")
    func joinedText() throws {
        func chain(_ step: JSONValue) -> JSONValue {
            ["type": "Sequence", "decoders": .array([["type": "Fuse"], step])]
        }
        let replace: JSONValue = ["type": "Replace", "pattern": ["String": "ab"], "content": "-"]
        #expect(try pieces(["xa", "b", "a", "c"], chain(replace)) == ["x", "-", "", "ac", ""])
        let strip: JSONValue = ["type": "Strip", "content": " ", "start": 2, "stop": 1]
        #expect(try pieces([" ", "  a ", " ", "b", " "], chain(strip)) == ["", " a", " ", " b", "", ""])
        let regex: JSONValue = ["type": "Replace", "pattern": ["Regex": "a+b"], "content": "-"]
        #expect(try pieces(["xa", "a", "bc"], chain(regex)) == ["", "", "", "x-c"])
        let metaspace: JSONValue = ["type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"]
        #expect(try pieces(["a", "▁b"], chain(metaspace)) == ["a", "b", ""])
        #expect(try pieces(["<0x4", "1>"], chain(["type": "ByteFallback"])).joined() == "A")
        #expect(try pieces(["Ã", "©"], chain(["type": "ByteLevel"])).joined() == "é")
    }

    @Test("The bytes of a token in the middle of a text")
    func tokenBytes() throws {
        let spm = try tokenizer(["<s>", "▁a", "<0xE2>", "b▁"], Self.llama)
        #expect((0..<5).map { spm.tokenBytes($0) } == [Array("<s>".utf8), Array(" a".utf8), [0xE2], [0x62, 0x20], []])
        let words = try tokenizer(["[UNK]", "a", "##b"], ["type": "WordPiece", "prefix": "##", "cleanup": false])
        #expect((1..<3).map { String(decoding: words.tokenBytes($0), as: UTF8.self) } == [" a", "b"])
    }

    @Test("Truncation and padding are named in notices, and not applied")
    func notices() throws {
        let file: JSONValue = [
            "truncation": ["direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0],
            "padding": ["strategy": ["Fixed": 9], "pad_id": 0], "added_tokens": [],
            "model": ["type": "WordLevel", "unk_token": "x", "vocab": ["a": 0]],
        ]
        let tokenizer = try Tokenizer.load(json: Array(JSONWriter.string(file).utf8), config: nil)
        #expect(tokenizer.encode("a", addSpecialTokens: true) == [0])
        #expect(tokenizer.encode("b", addSpecialTokens: true) == [])
        #expect(tokenizer.notices.count == 3)
    }
}
