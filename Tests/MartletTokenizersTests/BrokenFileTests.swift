import MartletJSON
import MartletTokenizers
import Testing

@Suite("Broken files give errors or tokenizers, never traps")
struct BrokenFileTests {
    private func use(_ bytes: [UInt8]) {
        guard let tokenizer = try? Tokenizer.load(json: bytes, config: nil) else { return }
        let ids = tokenizer.encode("ab é <|end|>\u{0}", addSpecialTokens: true)
        _ = tokenizer.decode(ids + [-1, .max, .min], skipSpecialTokens: false)
    }

    @Test("Files cut short", arguments: ["gpt2", "llama2", "t5", "bert", "words"])
    func truncated(_ name: String) throws {
        let bytes = try TokenizerFixtures.bytes("\(name).tokenizer.json")
        for count in stride(from: 0, to: bytes.count - 2, by: 997) {
            #expect(throws: TokenizerError.self) { try Tokenizer.load(json: Array(bytes[..<count]), config: nil) }
        }
    }

    @Test("Bytes that are no UTF-8")
    func invalidUTF8() throws {
        let bytes = try TokenizerFixtures.bytes("words.tokenizer.json")
        for index in stride(from: 0, to: bytes.count, by: 499) {
            var broken = bytes
            broken[index] = 0xFF
            use(broken)
        }
    }

    @Test("Empty vocabularies, duplicates and holes", arguments: ["BPE", "Unigram", "WordPiece", "WordLevel"])
    func vocabularies(_ type: String) {
        let rest = #""unk_token":"u","continuing_subword_prefix":"\#(type == "BPE" ? "" : "##")","#
        let vocabs =
            type == "Unigram"
            ? ["[]", #"[["a",0],["a",-1]]"#, #"[["",0],["\u0000",0]]"#]
            : ["{}", #"{"a":0,"a":1}"#, #"{"a":5,"u":90000}"#, #"{"":0,"u":0}"#]
        for vocab in vocabs {
            for id in ["0", "7", "16777215", "4294967296", "-1"] {
                let added = #"[{"id":\#(id),"content":"<|end|>","special":true},{"id":\#(id),"content":"é"}]"#
                let model = #"{"type":"\#(type)",\#(rest)"max_input_chars_per_word":9,"vocab":\#(vocab),"merges":[]}"#
                for pre in ["null", #"{"type":"ByteLevel"}"#] {
                    let text = #"{"added_tokens":\#(added),"pre_tokenizer":\#(pre),"model":\#(model)}"#
                    use(Array(text.utf8))
                }
            }
        }
    }

    @Test("Sequences in sequences", arguments: [10, 100_000])
    func nesting(_ depth: Int) {
        for (part, list) in [
            ("normalizer", "normalizers"), ("pre_tokenizer", "pretokenizers"), ("decoder", "decoders"),
            ("post_processor", "processors"),
        ] {
            let open = String(repeating: #"{"type":"Sequence","\#(list)":["#, count: depth)
            let nested = open + String(repeating: "]}", count: depth)
            use(Array(#"{"\#(part)":\#(nested),"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}"#.utf8))
        }
    }
}
