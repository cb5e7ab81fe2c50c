import MartletJSON
import MartletTokenizers
import Testing

@Suite("tokenizer_config.json names the special tokens")
struct ConfigurationTests {
    @Test("Special tokens by name, as strings or objects")
    func specialTokens() throws {
        let config: JSONValue = [
            "bos_token": "<|start|>", "eos_token": ["content": "<|end|>", "lstrip": false], "pad_token": nil,
        ]
        let tokenizer = try TokenizerFixtures.tokenizer("gpt2", config: config)
        #expect(tokenizer.bosToken == "<|start|>")
        #expect(tokenizer.eosToken == "<|end|>")
        #expect(tokenizer.bosTokenID == tokenizer.id(of: "<|start|>"))
        #expect(tokenizer.eosTokenIDs == [try #require(tokenizer.id(of: "<|end|>"))])
        #expect(tokenizer.eosTokenID == tokenizer.eosTokenIDs.first)
        #expect(tokenizer.specialTokens.keys == ["bos_token", "eos_token"])
        #expect(tokenizer.isSpecial(try #require(tokenizer.eosTokenID)))
        #expect(!tokenizer.isSpecial(try #require(tokenizer.id(of: "<user>"))))
    }

    @Test("Without a configuration there are no roles")
    func noConfiguration() throws {
        let tokenizer = try TokenizerFixtures.tokenizer("gpt2")
        #expect(tokenizer.bosTokenID == nil)
        #expect(tokenizer.eosTokenIDs.isEmpty)
    }

    @Test("add_bos_token and add_eos_token replace the post-processor")
    func addTokens() throws {
        let names: [(String, JSONValue)] = [("bos_token", "<|start|>"), ("eos_token", "<|end|>")]
        var config = JSONObject()
        for (name, value) in names { config[name] = value }
        config["add_bos_token"] = true
        config["add_eos_token"] = true
        var tokenizer = try TokenizerFixtures.tokenizer("gpt2", config: .object(config))
        let (start, end) = (try #require(tokenizer.bosTokenID), try #require(tokenizer.eosTokenID))
        #expect(tokenizer.encode("", addSpecialTokens: true) == [start, end])
        config["add_bos_token"] = false
        config["add_eos_token"] = nil
        tokenizer = try TokenizerFixtures.tokenizer("llama3", config: .object(config))
        #expect(tokenizer.encode("", addSpecialTokens: true) == [])
        config["add_bos_token"] = nil
        tokenizer = try TokenizerFixtures.tokenizer("llama3", config: .object(config))
        #expect(tokenizer.encode("", addSpecialTokens: true) == [start])
    }

    @Test("Tokens that only the configuration lists are added")
    func addedTokensDecoder() throws {
        let config: JSONValue = [
            "added_tokens_decoder": [
                "0": ["content": "<|end|>", "special": false], "3000": ["content": "<|new|>", "special": true],
            ]
        ]
        let tokenizer = try TokenizerFixtures.tokenizer("gpt2", config: config)
        #expect(tokenizer.encode("<|new|>", addSpecialTokens: false) == [3000])
        #expect(tokenizer.isSpecial(try #require(tokenizer.id(of: "<|end|>"))))
        #expect(tokenizer.vocabSize == 3001)
    }
}
