import MartletJSON
import MartletTokenizers
import Testing

@Suite("Ids and texts equal the tokenizers library")
struct GoldenTests {
    @Test("Encoding", arguments: TokenizerFixtures.names)
    func encode(_ name: String) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(name)
        let cases = try TokenizerFixtures.json("\(name).cases.json")
        let texts = try TokenizerFixtures.texts()
        #expect(texts.count > 150)
        for (index, text) in texts.enumerated() {
            let expected = try TokenizerFixtures.ids(cases["ids"]?[index])
            #expect(tokenizer.encode(text, addSpecialTokens: false) == expected, "\(text.debugDescription)")
            #expect(tokenizer.encode(utf8: Array(text.utf8), addSpecialTokens: false) == expected)
        }
    }

    @Test("Encoding with the tokens around a text", arguments: TokenizerFixtures.names)
    func encodeWithSpecialTokens(_ name: String) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(name)
        let cases = try TokenizerFixtures.json("\(name).cases.json")
        let expected = try #require(cases["special"]?.arrayValue)
        for (text, ids) in zip(try TokenizerFixtures.texts(), expected) {
            #expect(tokenizer.encode(text, addSpecialTokens: true) == (try TokenizerFixtures.ids(ids)))
        }
    }

    @Test("Encoding with special tokens as ordinary text", arguments: TokenizerFixtures.names)
    func encodeWithoutParsingSpecialTokens(_ name: String) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(name)
        let plain = try #require(try TokenizerFixtures.json("\(name).cases.json")["plain"]?.arrayValue)
        let texts = try TokenizerFixtures.texts().filter { $0.contains("<|") }
        #expect(texts.count == plain.count)
        for (text, ids) in zip(texts, plain) {
            let found = tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
            #expect(found == (try TokenizerFixtures.ids(ids)), "\(text)")
        }
    }

    @Test("Decoding, all at once and piece by piece", arguments: TokenizerFixtures.names)
    func decode(_ name: String) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(name)
        let cases = try TokenizerFixtures.json("\(name).cases.json")
        for (ids, text) in zip(try #require(cases["ids"]?.arrayValue), try #require(cases["decoded"]?.arrayValue)) {
            let decoded = tokenizer.decode(try TokenizerFixtures.ids(ids), skipSpecialTokens: false)
            #expect(TokenizerFixtures.isSame(decoded, try #require(text.stringValue)))
        }
        for entry in try #require(cases["sequences"]?.arrayValue) {
            let ids = try TokenizerFixtures.ids(entry[0])
            for (skips, index) in [(false, 1), (true, 2)] {
                let expected = try #require(entry[index]?.stringValue)
                #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: skips), expected))
                var detokenizer = IncrementalDetokenizer(tokenizer: tokenizer, skipSpecialTokens: skips)
                let pieces = ids.map { detokenizer.append($0) } + [detokenizer.finish()]
                #expect(TokenizerFixtures.isSame(pieces.joined(), expected), "\(ids)")
            }
        }
    }

    @Test("Spellings of tokens and back", arguments: TokenizerFixtures.names)
    func spellings(_ name: String) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(name)
        let tokens = try #require(try TokenizerFixtures.json("\(name).cases.json")["tokens"]?.arrayValue)
        for (index, token) in tokens.enumerated() {
            let id = Int32(index * 37)
            let found = tokenizer.tokenString(id)
            #expect(found == token.stringValue)
            if let found { #expect(tokenizer.id(of: found) == id) }
        }
    }

    @Test(
        "The same vocabulary from GGUF metadata gives the same ids",
        arguments: [
            ("gpt2", "gpt-2"), ("llama3", "llama-bpe"), ("qwen2", "qwen2"), ("qwen35", "qwen35"), ("o200k", "gpt-4o"),
            ("tekken", "tekken"), ("smollm", "smollm"), ("deepseek_v3", "deepseek-v3"),
        ])
    func gguf(_ name: String, _ pre: String) throws {
        let file = try TokenizerFixtures.json("\(name).tokenizer.json")
        var tokens = [[UInt8]](repeating: [], count: try TokenizerFixtures.tokenizer(name).vocabSize)
        for (token, id) in try #require(file["model"]?["vocab"]?.objectValue) {
            tokens[try #require(id.intValue)] = Array(token.utf8)
        }
        var types = [Int32](repeating: 1, count: tokens.count)
        for token in try #require(file["added_tokens"]?.arrayValue) where token["special"] == true {
            types[try #require(token["id"]?.intValue)] = GGUFVocabulary.TokenType.control.rawValue
        }
        let merges = try #require(file["model"]?["merges"]?.arrayValue).map { pair in
            Array("\(pair[0]?.stringValue ?? "") \(pair[1]?.stringValue ?? "")".utf8)
        }
        let start = Int32(tokens.firstIndex(of: Array("<|start|>".utf8))!)
        let tokenizer = try Tokenizer(
            gguf: GGUFVocabulary(
                model: "gpt2", pre: pre, tokens: tokens, tokenTypes: types, merges: merges, bosTokenID: start,
                eosTokenID: 0, eotTokenID: 0, addBOS: true))
        #expect(tokenizer.bosToken == "<|start|>")
        #expect(tokenizer.eosTokenIDs == [0])
        let cases = try TokenizerFixtures.json("\(name).cases.json")
        // GGUF says nothing of the flags of added tokens that are not special, so texts with those are left out.
        let others = ["<lstrip>", "<rstrip>", "<both>", "word", "<user", "Caf", "CAFE"]
        for (index, text) in try TokenizerFixtures.texts().enumerated()
        where !others.contains(where: { text.contains($0) }) {
            let expected = try TokenizerFixtures.ids(cases["ids"]?[index])
            #expect(tokenizer.encode(text, addSpecialTokens: false) == expected, "\(text.debugDescription)")
            #expect(tokenizer.encode(text, addSpecialTokens: true) == [start] + expected)
        }
    }
}
