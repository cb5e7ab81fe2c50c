import MartletChat
import MartletTokenizers
import Testing

@testable import Martlet

@Suite("Tokenizer files")
struct TokenizerFormatTests {
    private func format(_ bytes: [UInt8]) -> TokenizerFormat? { bytes.withUnsafeBytes { TokenizerFormat(of: $0) } }

    @Test(
        "are told by their contents",
        arguments: [
            ("tokenizers/gpt2.tokenizer.json", TokenizerFormat.tokenizerJSON), ("mistral/tekken.json", .tekken),
            ("sentencepiece/bpe.model", .sentencePiece), ("sentencepiece/unigram_t5.model", .sentencePiece),
            ("tiktoken/small.tiktoken", .tiktoken), ("models/llama/model.gguf", .gguf),
        ])
    func contents(name: String, expected: TokenizerFormat) throws {
        #expect(format(try Fixtures.bytes(name)) == expected)
    }

    @Test("may begin with members of no matter")
    func members() {
        #expect(format(Array(#" {"version": "1", "x": {"config": 1}, "model": {}}"#.utf8)) == .tokenizerJSON)
        #expect(format(Array(#"{"image": {"model": 1}, "vocab": []}"#.utf8)) == .tekken)
        #expect(format(Array(#"{"image": {"mod"#.utf8)) == .tokenizerJSON)
        #expect(format(Array("IQ== 0\r\nIg== 1\r\n".utf8)) == .tiktoken)
    }

    @Test(
        "are nothing else", arguments: ["", " ", "[]", "{}", #"{"a": 1}"#, "IQ=\t0", "IQ== x", "IQ== 0 1", "# Read me"])
    func others(text: String) { #expect(format(Array(text.utf8)) == nil) }

    @Test("of a folder are taken in order")
    func names() {
        #expect(TokenizerFormat.fileName(in: ["a.tiktoken", "tokenizer.json", "tokenizer.model"]) == "tokenizer.json")
        #expect(TokenizerFormat.fileName(in: ["a.tiktoken", "tokenizer.model.v3"]) == "tokenizer.model.v3")
        #expect(TokenizerFormat.fileName(in: ["a.tiktoken", "config.json"]) == "a.tiktoken")
        #expect(TokenizerFormat.fileName(in: ["config.json", "tokenizer.model.v9"]) == nil)
        let versions = ["x.model.v11", "tokenizer.model.v3", "tokenizer.model.v7m1"]
        #expect(TokenizerFormat.fileName(in: versions) == "x.model.v11")
    }

    @Test("that tell how chats are encoded come first where there is no template")
    func encodesChats() {
        let names = ["tekken.json", "tokenizer.json", "tokenizer.model.v3"]
        #expect(TokenizerFormat.fileName(in: names, encodesChats: true) == "tekken.json")
        #expect(TokenizerFormat.fileName(in: Array(names.dropFirst()), encodesChats: true) == "tokenizer.model.v3")
        #expect(
            TokenizerFormat.fileName(in: ["tokenizer.json", "tokenizer.model"], encodesChats: true) == "tokenizer.json")
        #expect(TokenizerFormat.fileName(in: names) == "tokenizer.json")
    }

    @Test(
        "cut anywhere are refused with their name",
        arguments: [
            "tokenizers/llama2.tokenizer.json", "tokenizers/bert.tokenizer.json", "tokenizers/t5.tokenizer.json",
            "mistral/tekken.json", "models/llama/model.gguf",
        ])
    func truncated(name: String) throws {
        let (whole, folder) = (try Fixtures.bytes(name), try ScratchFolder())
        for part in 0..<8 {
            let path = try folder.write("cut", whole.prefix(whole.count * part / 8))
            #expect {
                try TokenizerLoading.load(path: path)
            } throws: {
                "\($0)".contains(path)
            }
        }
        #expect(throws: LLMError.self) { try TokenizerLoading.load(path: folder.path) }
        #expect(throws: LLMError.self) { try TokenizerLoading.load(path: "\(folder.path)/none") }
    }

    @Test("of Mistral say the version of their chats")
    func versions() throws {
        #expect(try TokenizerLoading.load(path: Fixtures.path("mistral/tekken.json")).mistral?.version == .v3)
        let (folder, model) = (try ScratchFolder(), try Fixtures.bytes("sentencepiece/bpe_llama.model"))
        #expect(try TokenizerLoading.load(path: folder.write("a.model.v7m1", model)).mistral?.version == .v7)
        #expect(try TokenizerLoading.load(path: folder.write("tokenizer.model", model)).mistral == nil)
        #expect(try TokenizerLoading.load(path: folder.path, encodesChats: true).mistral?.version == .v7)
    }
}
