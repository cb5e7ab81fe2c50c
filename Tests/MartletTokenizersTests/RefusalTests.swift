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
        #expect(throws: TokenizerError.self) { try Tokenizer.load(json: Array("{".utf8), config: nil) }
        #expect(throws: TokenizerError.self) { try Tokenizer.load(json: [], config: nil) }
    }

    @Test("GGUF models and splitting rules that are not there, and lists that do not fit")
    func gguf() {
        func vocabulary(_ model: String, _ pre: String, types: [Int32] = [], eos: Int32? = nil) -> GGUFVocabulary {
            GGUFVocabulary(
                model: model, pre: pre, tokens: [Array("a".utf8)], tokenTypes: types, merges: [], eosTokenID: eos)
        }
        #expect(throws: Never.self) { try Tokenizer(gguf: vocabulary("gpt2", "default")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("llama", "default")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("gpt2", "martian")) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("gpt2", "gpt-2", types: [1, 1])) }
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: vocabulary("gpt2", "gpt-2", eos: 7)) }
    }
}
