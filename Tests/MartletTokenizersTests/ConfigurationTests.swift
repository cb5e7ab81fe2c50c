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

    @Test("add_bos_token and add_eos_token change nothing beside a tokenizer.json")
    func addTokens() throws {
        let config: JSONValue = [
            "bos_token": "<|start|>", "eos_token": "<|end|>", "add_bos_token": false, "add_eos_token": true,
        ]
        let plain = try TokenizerFixtures.tokenizer("gpt2", config: config)
        #expect(plain.encode("", addSpecialTokens: true) == [])
        let template = try TokenizerFixtures.tokenizer("llama3", config: config)
        #expect(template.encode("", addSpecialTokens: true) == [try #require(template.bosTokenID)])
    }

    @Test("Tokens that only the configuration lists follow those of the file, in the order of their ids")
    func addedTokensDecoder() throws {
        let config: JSONValue = [
            "added_tokens_decoder": [
                "3000": ["content": "<|new|>", "special": true], "0": ["content": "<|end|>", "lstrip": true],
                "701": ["content": "<|b|>", "special": false, "lstrip": true, "normalized": false],
            ]
        ]
        let tokenizer = try TokenizerFixtures.tokenizer("gpt2", config: config)
        #expect(tokenizer.encode("<|new|>  <|b|>", addSpecialTokens: false) == [707, 706])
        #expect(tokenizer.encode(" <|end|>", addSpecialTokens: false) == [0])
        #expect(tokenizer.isSpecial(0))
        #expect(tokenizer.isSpecial(707))
        #expect(!tokenizer.isSpecial(706))
        #expect(tokenizer.vocabSize == 708)
    }

    @Test("Tokens with a role are special, and added where the vocabulary lacks them")
    func roles() throws {
        let config: JSONValue = [
            "eos_token": "<lstrip>", "bos_token": "<|bos|>", "pad_token": "hello", "audio_token": "<|aud|>",
            "extra_special_tokens": ["image_token": "<|img|>"],
        ]
        let tokenizer = try TokenizerFixtures.tokenizer("gpt2", config: config)
        #expect(tokenizer.encode("x <lstrip>", addSpecialTokens: false) == [89, 700])
        #expect(tokenizer.isSpecial(700))
        #expect(tokenizer.encode("<|bos|>hello<|aud|><|img|>", addSpecialTokens: false) == [706, 707, 708, 709])
        #expect(tokenizer.specialTokens["image_token"] == "<|img|>")
        #expect(tokenizer.bosTokenID == 706)
    }

    @Test("split_special_tokens makes special tokens ordinary text")
    func splitSpecialTokens() throws {
        let tokenizer = try TokenizerFixtures.tokenizer("gpt2", config: ["split_special_tokens": true])
        let plain = try TokenizerFixtures.tokenizer("gpt2")
        let text = "a <|end|> b"
        #expect(
            tokenizer.encode(text, addSpecialTokens: false)
                == plain.encode(text, addSpecialTokens: false, parseSpecial: false))
    }
}
