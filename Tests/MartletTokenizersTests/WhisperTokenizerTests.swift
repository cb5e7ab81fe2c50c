import Foundation
import MartletJSON
import MartletTokenizers
import Testing

/// Whisper's vocabularies in their several files, see Scripts/goldens/make_whisper_tokenizer.py.
@Suite struct WhisperTokenizerTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/whisper_tokenizer/\(name)")))
    }

    private func json(_ name: String) throws -> JSONValue { try JSONReader.parse(try bytes(name)) }

    private func tokenizer() throws -> Tokenizer {
        try Tokenizer.load(
            vocab: bytes("vocab.json"), merges: bytes("merges.txt"), addedTokens: json("added_tokens.json"),
            config: json("tokenizer_config.json"))
    }

    @Test("vocab.json, merges.txt and added_tokens.json give the reference's ids and texts")
    func slowFiles() throws {
        let (tokenizer, cases) = (try tokenizer(), try json("cases.json"))
        for entry in try #require(cases["encoded"]?.arrayValue) {
            let text = try #require(entry["text"]?.stringValue)
            let ids = tokenizer.encode(text, addSpecialTokens: false)
            #expect(ids == (try TokenizerFixtures.ids(entry["ids"])), "\(text.debugDescription)")
            #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: false), text))
        }
        for entry in try #require(cases["decoded"]?.arrayValue) {
            let ids = try TokenizerFixtures.ids(entry["ids"])
            let text = tokenizer.decode(ids, skipSpecialTokens: false)
            #expect(TokenizerFixtures.isSame(text, entry["text"]?.stringValue ?? "none"), "\(ids)")
        }
    }

    @Test("special tokens and timestamps have the reference's ids, and only the former are left out of texts")
    func specialTokens() throws {
        let (tokenizer, cases) = (try tokenizer(), try json("cases.json"))
        func id(_ key: String) throws -> Int32 { Int32(try #require(cases[key]?.intValue)) }
        #expect(tokenizer.id(of: "<|startoftranscript|>") == (try id("startOfTranscript")))
        #expect(tokenizer.id(of: "<|0.00|>") == (try id("firstTimestamp")))
        #expect(tokenizer.id(of: "<|30.00|>") == (try id("firstTimestamp")) + 1500)
        #expect(tokenizer.eosTokenIDs == [try id("endOfText")])
        let ids = [try id("startOfTranscript"), try id("firstTimestamp") + 54]
        #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "<|1.08|>")
        #expect(tokenizer.decode(ids, skipSpecialTokens: false) == "<|startoftranscript|><|1.08|>")
    }

    @Test("tokens that are not spoken are found with it")
    func nonSpeech() throws {
        let (tokenizer, cases) = (try tokenizer(), try json("cases.json"))
        #expect(tokenizer.encode(" ", addSpecialTokens: false) == (try TokenizerFixtures.ids(cases["blank"])))
    }

    @Test("files of other tokenizers and broken ones are refused")
    func refusals() throws {
        let (vocab, merges) = (try bytes("vocab.json"), try bytes("merges.txt"))
        #expect {
            _ = try Tokenizer.load(
                vocab: vocab, merges: merges, addedTokens: nil, config: ["tokenizer_class": "RobertaTokenizer"])
        } throws: {
            "\($0)".contains("RobertaTokenizer")
        }
        let broken: [(vocab: [UInt8], merges: [UInt8], added: String)] = [
            (Array("{".utf8), merges, "null"), (vocab, Array("only-one-part\n".utf8), "null"),
            (vocab, merges, "{\"<|x|>\": \"y\"}"), (vocab, merges, "{\"<|x|>\": -1}"), (vocab, merges, "[1, 2]"),
            (vocab + Array("}".utf8), merges, "null"), ([], [], "null"),
        ]
        for (vocab, merges, text) in broken {
            let added = try JSONReader.parse(text)
            #expect(throws: TokenizerError.self) {
                _ = try Tokenizer.load(
                    vocab: vocab, merges: merges, addedTokens: added.isNull ? nil : added, config: nil)
            }
        }
    }

    // MARK: whisper.cpp

    /// As many tokens as a real vocabulary has: every byte, then pairs and triples of letters, the last without bytes.
    private func ranks(_ count: Int) -> [[UInt8]] {
        let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map(\.self) + (UInt8(ascii: "A")...UInt8(ascii: "Z"))
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        for first in letters { for second in letters { tokens.append([first, second]) } }
        outer: for first in letters {
            for second in letters {
                for third in letters {
                    if tokens.count == count { break outer }
                    tokens.append([first, second, third])
                }
            }
        }
        return tokens
    }

    @Test(
        "a whisper.cpp vocabulary is that of the tiktoken file with the same ranks",
        arguments: [51_864, 51_865, 51_866])
    func ggml(_ vocabSize: Int) throws {
        let isEnglish = vocabSize == 51_864
        var tokens = ranks(isEnglish ? 50_256 : 50_257)
        if !isEnglish { tokens[50_256] = [] }
        let file = tokens.enumerated().map { rank, token in
            "\(token.isEmpty ? "=" : Data(token).base64EncodedString()) \(rank)\n"
        }.joined()
        let twin = try Tokenizer.load(
            tiktoken: Array(file.utf8), fileName: isEnglish ? "gpt2.tiktoken" : "multilingual.tiktoken", config: nil,
            numLanguages: vocabSize == 51_866 ? 100 : 99)
        // Some converters write special tokens behind the ranks.
        let tokenizer = try Tokenizer.load(
            whisperTokens: tokens + [Array("<|endoftext|>".utf8)], vocabSize: vocabSize)
        #expect(tokenizer.vocabSize == vocabSize && twin.vocabSize == vocabSize)
        for text in ["And so my fellow Americans", " ask not", "élan 中文\n\t", "<|en|>x<|30.00|>", ""] {
            let ids = tokenizer.encode(text, addSpecialTokens: false)
            #expect(ids == twin.encode(text, addSpecialTokens: false))
            #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: false), text))
        }
        let first: Int32 = isEnglish ? 50_256 : 50_257
        #expect(tokenizer.id(of: "<|endoftext|>") == first)
        #expect(tokenizer.id(of: "<|notimestamps|>") == Int32(vocabSize) - 1502)
        #expect(tokenizer.id(of: "<|30.00|>") == Int32(vocabSize) - 1)
        #expect((tokenizer.id(of: "<|yue|>") != nil) == (vocabSize == 51_866))
    }

    @Test("vocabularies of other sizes are refused")
    func ggmlRefusals() throws {
        let tokens = ranks(50_257)
        for size in [0, 160, 51_863, 51_867, 60_000] {
            #expect(throws: TokenizerError.self) { _ = try Tokenizer.load(whisperTokens: tokens, vocabSize: size) }
        }
        #expect(throws: TokenizerError.self) {
            _ = try Tokenizer.load(whisperTokens: Array(tokens.prefix(50_000)), vocabSize: 51_865)
        }
        var lacking = tokens
        lacking[65] = []
        #expect(throws: TokenizerError.self) { _ = try Tokenizer.load(whisperTokens: lacking, vocabSize: 51_865) }
    }
}
