import Foundation
import MartletJSON
import MartletTokenizers
import Testing

@Suite("tiktoken files equal the tiktoken library")
struct TiktokenTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/tiktoken/\(name)")))
    }

    private func tokenizer(_ pattern: String, _ cases: JSONValue, config: JSONValue? = nil) throws -> Tokenizer {
        let special = try #require(cases["special"]?.objectValue)
        return try Tokenizer.load(
            tiktoken: try bytes("small.tiktoken"), fileName: "small.tiktoken", config: config,
            encoding: TiktokenEncoding(
                pattern: pattern, specialTokens: special.map { ($0.key, Int32($0.value.intValue ?? -1)) },
                eosTokens: ["<|end|>"]))
    }

    @Test("Ids and texts with the patterns of the public encodings", arguments: 0..<6)
    func goldens(_ index: Int) throws {
        let cases = try JSONReader.parse(try bytes("cases.json"))
        let entry = try #require(cases["cases"]?[index])
        let tokenizer = try tokenizer(try #require(entry["pattern"]?.stringValue), cases)
        let texts = try #require(cases["texts"]?.arrayValue).map { $0.stringValue ?? "" }
        for (text, expected) in zip(texts, try #require(entry["ids"]?.arrayValue)) {
            let ids = tokenizer.encode(text, addSpecialTokens: true)
            #expect(ids == (try TokenizerFixtures.ids(expected)), "\(text.debugDescription)")
            #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: false), text))
        }
        let spelled = texts.filter { $0.contains("<|") }
        for (text, expected) in zip(spelled, try #require(entry["plain"]?.arrayValue)) {
            let ids = tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
            #expect(ids == (try TokenizerFixtures.ids(expected)), "\(text)")
        }
        for sequence in try #require(cases["sequences"]?.arrayValue) {
            let text = tokenizer.decode(try TokenizerFixtures.ids(sequence[0]), skipSpecialTokens: false)
            #expect(TokenizerFixtures.isSame(text, sequence[1]?.stringValue ?? "none"))
        }
        #expect(tokenizer.eosToken == "<|end|>" && tokenizer.bosTokenID == nil)
    }

    @Test("The configuration's tokens take the place of those with their ids")
    func configuration() throws {
        let cases = try JSONReader.parse(try bytes("cases.json"))
        let id = try #require(cases["special"]?["<|end|>"]?.intValue)
        let config: JSONValue = [
            "added_tokens_decoder": [
                "\(id)": ["content": "<|stop|>", "special": true], "9000": ["content": "<|new|>", "special": true],
            ],
            "eos_token": "<|stop|>", "bos_token": "<|new|>", "add_bos_token": true,
        ]
        let pattern = try #require(cases["cases"]?[0]?["pattern"]?.stringValue)
        let tokenizer = try tokenizer(pattern, cases, config: config)
        #expect(tokenizer.encode("<|stop|>", addSpecialTokens: true) == [9000, Int32(id)])
        #expect(tokenizer.eosTokenIDs == [Int32(id)])
        #expect(tokenizer.id(of: "<|end|>") == nil)
    }

    /// A file of so many tokens that know no merges but those of `words`.
    private func file(tokens count: Int, words: [String] = []) -> [UInt8] {
        var text = ""
        for rank in 0..<count {
            let long = [0xFF, UInt8(rank >> 16), UInt8(rank >> 8 & 255), UInt8(rank & 255)]
            let bytes =
                rank < 256 ? [UInt8(rank)] : rank - 256 < words.count ? Array(words[rank - 256].utf8) : long
            text += Data(bytes).base64EncodedString() + " \(rank)\n"
        }
        return Array(text.utf8)
    }

    @Test("Known vocabularies bring their special tokens")
    func known() throws {
        let whisper = try Tokenizer.load(tiktoken: file(tokens: 50257), fileName: "multilingual.tiktoken", config: nil)
        let names = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|su|>", "<|translate|>", "<|notimestamps|>"]
        #expect(names.map { whisper.id(of: $0) } == [50257, 50258, 50259, 50357, 50358, 50363])
        #expect(whisper.id(of: "<|0.00|>") == 50364 && whisper.id(of: "<|30.00|>") == 51864)
        #expect(whisper.id(of: "<|1.08|>") == 50418 && whisper.vocabSize == 51865)
        // The published file has a rank without bytes, which counts.
        let large = try Tokenizer.load(
            tiktoken: file(tokens: 50256) + Array("= 50256\n".utf8), fileName: "multilingual.tiktoken", config: nil,
            numLanguages: 100)
        #expect(large.id(of: "<|yue|>") == 50358 && large.vocabSize == 51866)
        let english = try Tokenizer.load(tiktoken: file(tokens: 50256), fileName: "gpt2.tiktoken", config: nil)
        #expect(english.id(of: "<|startoftranscript|>") == 50257)
        let gpt2 = try Tokenizer.load(tiktoken: file(tokens: 50256), fileName: "r50k_base.tiktoken", config: nil)
        #expect(gpt2.id(of: "<|startoftranscript|>") == nil && gpt2.eosTokenIDs == [50256])
        let llama = try Tokenizer.load(tiktoken: file(tokens: 128000), fileName: "tokenizer.model", config: nil)
        #expect(llama.encode("", addSpecialTokens: true) == [128000])
        #expect(llama.id(of: "<|eot_id|>") == 128009 && llama.id(of: "<|start_header_id|>") == 128006)
        let places = ["finetune_right_pad_id": 128004, "python_tag": 128010, "reserved_special_token_245": 128255]
        for (name, id) in places { #expect(llama.id(of: "<|\(name)|>") == Int32(id)) }
        #expect(llama.eosTokenIDs == [128001, 128008, 128009] && llama.vocabSize == 128256)
        let llama4 = try Tokenizer.load(tiktoken: file(tokens: 200000), fileName: "tokenizer.model", config: nil)
        #expect(llama4.encode("", addSpecialTokens: true) == [200000])
        let places4 = [
            "header_start": 200005, "finetune_right_pad": 200018, "text_post_train_reserved_special_token_68": 200079,
            "image_start": 200080, "patch": 200092, "vision_reserved_special_token_1047": 201133,
            "reasoning_thinking_end": 201143, "reserved_special_token_903": 202047,
        ]
        for (name, id) in places4 { #expect(llama4.id(of: "<|\(name)|>") == Int32(id)) }
        #expect(llama4.eosTokenIDs == [200001, 200007, 200008] && llama4.vocabSize == 202048)
        let glm4 = try Tokenizer.load(tiktoken: file(tokens: 151329), fileName: "tokenizer.model", config: nil)
        #expect(glm4.encode("", addSpecialTokens: true) == [151331, 151333])
        #expect(glm4.eosTokenIDs == [151329, 151336, 151338] && glm4.id(of: "<|end_of_video|>") == 151342)
        let hunyuan = try Tokenizer.load(tiktoken: file(tokens: 127957), fileName: "hy.tiktoken", config: nil)
        #expect(hunyuan.id(of: "<|extra_0|>") == 127962 && hunyuan.eosTokenIDs == [127960])
    }

    @Test("Numbers are cut after three digits", arguments: [100256, 128000, 199998, 200000])
    func digits(_ count: Int) throws {
        let bytes = file(tokens: count, words: ["12", "34", "1234"])
        let tokenizer = try Tokenizer.load(tiktoken: bytes, fileName: "some.tiktoken", config: nil)
        #expect(tokenizer.encode("1234", addSpecialTokens: false) == [256, 0x33, 0x34])
    }

    @Test("What is no tiktoken file, and what is not known, is named")
    func refusals() throws {
        func message(_ bytes: [UInt8], _ encoding: TiktokenEncoding? = nil) -> String {
            do {
                _ = try Tokenizer.load(tiktoken: bytes, fileName: "some.tiktoken", config: nil, encoding: encoding)
                return "none"
            } catch { return error.description }
        }
        let valid = file(tokens: 256)
        #expect(message(valid).contains("'some.tiktoken with 256 tokens'; supported: r50k"))
        #expect(message([]).contains("no token for the byte 0"))
        #expect(message(Array("{}".utf8)).contains("line 1"))
        #expect(message(valid + Array("YWI= x\n".utf8)).contains("line 257"))
        #expect(message(valid + Array("YWI 300\n".utf8)).contains("line 257"))
        #expect(message(valid + Array("YWI= -1\n".utf8)).contains("line 257"))
        #expect(message(valid + Array("YWI= 99999999999\n".utf8)).contains("line 257"))
        #expect(message(valid + Array("YWI= 7\n".utf8)).contains("rank 7 for the second time"))
        #expect(message(valid + Array("YQ== 300\n".utf8)).contains("have the same token"))
        #expect(message(valid, TiktokenEncoding(pattern: "(")) != "none")
        let clash = TiktokenEncoding(pattern: #"\p{N}{1,3}"#, specialTokens: [("<s>", 7)])
        #expect(message(valid, clash).contains("special token '<s>'"))
    }
}
