import MartletJSON
import MartletTokenizers
import Testing

@Suite("What a tokenizer cannot do it refuses by name")
struct RefusalTests {
    /// A tiny valid file with one member replaced.
    private func load(_ changes: (inout JSONObject) -> Void) throws -> Tokenizer {
        let valid: JSONValue = [
            "added_tokens": [["id": 3, "content": "<s>", "special": true]],
            "normalizer": nil,
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": true],
            "post_processor": nil,
            "decoder": ["type": "ByteLevel"],
            "model": ["type": "BPE", "vocab": ["a": 0, "b": 1, "ab": 2], "merges": ["a b"]],
        ]
        var file = valid.objectValue ?? JSONObject()
        changes(&file)
        return try Tokenizer.load(json: Array(JSONWriter.string(.object(file)).utf8), config: nil)
    }

    private func refusedName(_ changes: (inout JSONObject) -> Void) -> String? {
        do {
            _ = try load(changes)
            return nil
        } catch TokenizerError.unsupported(_, let name, _) {
            return name
        } catch {
            return "\(error)"
        }
    }

    @Test("The file without changes loads")
    func valid() throws {
        let tokenizer = try load { _ in }
        #expect(tokenizer.encode("ab<s>ba", addSpecialTokens: true) == [2, 3, 1, 0])
        #expect(tokenizer.vocabSize == 4)
    }

    @Test("Models, normalisers, patterns and decoders that are not there")
    func unsupported() {
        #expect(refusedName { $0["model"] = ["type": "Strange", "vocab": []] } == "Strange")
        #expect(refusedName { $0["normalizer"] = ["type": "Uppercase"] } == "Uppercase")
        #expect(refusedName { $0["pre_tokenizer"] = ["type": "Strange"] } == "Strange")
        #expect(refusedName { $0["decoder"] = ["type": "Strange"] } == "Strange")
        #expect(refusedName { $0["post_processor"] = ["type": "Strange"] } == "Strange")
        let pattern: JSONValue = [
            "type": "Sequence",
            "pretokenizers": [
                ["type": "Split", "pattern": ["Regex": "\\p{Strange}"], "behavior": "Isolated", "invert": false],
                ["type": "ByteLevel"],
            ],
        ]
        #expect(refusedName { $0["pre_tokenizer"] = pattern } == "Strange")
        let dropout: JSONValue = ["type": "BPE", "dropout": 0.1, "vocab": ["a": 0], "merges": []]
        #expect(refusedName { $0["model"] = dropout } == "dropout = 0.1")
    }

    @Test("Files that contradict themselves")
    func malformed() {
        func isMalformed(_ changes: (inout JSONObject) -> Void) -> Bool {
            do {
                _ = try load(changes)
                return false
            } catch TokenizerError.malformed {
                return true
            } catch {
                return false
            }
        }
        #expect(isMalformed { $0["model"] = ["type": "BPE", "vocab": ["a": 0], "merges": ["a b"]] })
        #expect(isMalformed { $0["model"] = ["type": "BPE", "vocab": ["a": 0, "b": 1], "merges": ["a b"]] })
        #expect(isMalformed { $0["model"] = ["type": "BPE", "vocab": ["a": 0], "merges": [["a"]]] })
        #expect(isMalformed { $0["model"] = ["type": "BPE", "vocab": ["a": -1], "merges": []] })
        #expect(isMalformed { $0["model"] = ["type": "BPE", "vocab": ["a": 99_999_999_999], "merges": []] })
        #expect(isMalformed { $0["model"] = ["type": "BPE", "vocab": ["a": "x"], "merges": []] })
        #expect(isMalformed { $0["model"] = ["type": "BPE"] })
        #expect(isMalformed { $0["added_tokens"] = [["content": "x"]] })
        for model: JSONValue in [
            ["type": "Unigram", "unk_id": 1, "vocab": [["a", 0]]], ["type": "Unigram", "vocab": [["a"]]],
            ["type": "Unigram", "vocab": [["a", 0, 1]]], ["type": "Unigram", "vocab": [["a", "b"]]],
            ["type": "Unigram", "vocab": ["a": 0]], ["type": "Unigram"], ["type": "WordPiece", "vocab": ["a": 0]],
            ["type": "WordPiece", "vocab": [:], "unk_token": "a", "continuing_subword_prefix": "##"],
            ["type": "WordLevel", "vocab": ["a": 0]], ["type": "WordLevel", "unk_token": "a"],
            ["type": "BPE", "continuing_subword_prefix": "##", "vocab": ["a": 0, "b": 1], "merges": ["a b"]],
            ["type": "BPE", "end_of_word_suffix": "x", "vocab": ["a": 0], "merges": ["a"]],
        ] {
            #expect(isMalformed { $0["model"] = model }, "\(model)")
        }
        for decoder: JSONValue in [
            ["type": "WordPiece"], ["type": "Sequence"], ["type": "Strip", "content": "xx", "start": 0, "stop": 0],
            ["type": "Strip", "content": "x", "start": -1, "stop": 0], ["type": "Metaspace"], ["type": "CTC"],
            ["type": "BPEDecoder"], ["type": "Replace", "pattern": ["String": "a"]],
        ] {
            #expect(isMalformed { $0["decoder"] = decoder }, "\(decoder)")
        }
        for single: JSONValue in [[[:]], [["Sequence": ["id": "B"]]], [["SpecialToken": [:]]]] {
            #expect(isMalformed { $0["post_processor"] = ["type": "TemplateProcessing", "single": single] })
        }
        let text: JSONValue = ["Sequence": ["id": "A"]]
        let thrice: JSONValue = ["type": "TemplateProcessing", "single": [text, text, text]]
        #expect(!isMalformed { $0["post_processor"] = thrice })
        #expect(isMalformed { $0["post_processor"] = ["type": "Sequence", "processors": [thrice, thrice]] })
        #expect(throws: TokenizerError.self) { try Tokenizer.load(json: Array("{".utf8), config: nil) }
        #expect(throws: TokenizerError.self) { try Tokenizer.load(json: [], config: nil) }
    }

    @Test("GGUF models and splitting rules that are not there, and lists that do not fit")
    func gguf() {
        func vocabulary(_ model: String, _ pre: String, types: [Int32] = [], eos: Int32? = nil) -> GGUFVocabulary {
            GGUFVocabulary(
                model: model, pre: pre, tokens: [Array("a".utf8)], tokenTypes: types, merges: [], eosTokenID: eos)
        }
        #expect(throws: Never.self) { try Tokenizer(gguf: vocabulary("gpt2", "gpt-2")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("none", "default")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("martian", "default")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("gpt2", "martian")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("gpt2", "gpt-2", types: [1, 1])) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("gpt2", "gpt-2", eos: 7)) }
    }
}
