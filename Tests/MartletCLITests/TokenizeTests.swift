import ArgumentParser
import Foundation
import Martlet
import MartletJSON
import MartletTokenizers
import Testing

@testable import MartletCLI

@Suite("martlet tokenize and detokenize")
struct TokenizeTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures").path()

    private func line(_ file: String) async throws -> TokenizeLine {
        var configuration = LLMConfiguration()
        configuration.model = "\(Self.fixtures)/\(file)"
        return TokenizeLine(tokenizer: try await LLM.loadTokenizer(configuration))
    }

    private func object(_ name: String, _ value: JSONValue?) -> JSONObject {
        var object = JSONObject()
        object[name] = value
        return object
    }

    private func error(_ body: () throws(CLIError) -> JSONValue) -> String? {
        do throws(CLIError) {
            _ = try body()
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "take each other's answers, whatever the file",
        arguments: [
            "tokenizers/gpt2.tokenizer.json", "tokenizers/llama2.tokenizer.json", "sentencepiece/bpe_llama.model",
            "sentencepiece/unigram_bytes.model", "mistral/tekken.json",
        ])
    func roundTrip(file: String) async throws {
        let line = try await line(file)
        let answer = try line.tokenized(object("text", "The quick fox"), addSpecialTokens: false)
        #expect(answer["decoded"]?.stringValue?.contains("quick fox") == true)
        let ids = try #require(answer["ids"])
        #expect(try line.detokenized(object("ids", ids), skipSpecialTokens: false)["text"] == answer["decoded"])
        #expect(try line.tokenized(object("text", ""), addSpecialTokens: false) == ["ids": [], "decoded": ""])
        #expect(try line.detokenized(object("ids", []), skipSpecialTokens: false) == ["text": ""])
    }

    @Test("add and leave out special tokens when asked to")
    func special() async throws {
        let line = try await line("tokenizers/llama3.tokenizer.json")
        let answer = try line.tokenized(object("text", "The"), addSpecialTokens: true)
        #expect(answer["decoded"] == "<|start|>The")
        let ids = try #require(answer["ids"])
        #expect(try line.detokenized(object("ids", ids), skipSpecialTokens: true) == ["text": "The"])
        // mistral_common neither finds control tokens in text nor spells them.
        let tekken = try await self.line("mistral/tekken.json")
        let control = try tekken.tokenized(object("text", "<s>The"), addSpecialTokens: true)
        #expect(control["ids"]?[0] == 1)
        #expect(control["ids"]?[1] != 1)
        #expect(control["decoded"] == "<s>The")
        #expect(try tekken.detokenized(object("ids", [1, 3]), skipSpecialTokens: false) == ["text": ""])
    }

    @Test("say what is wrong with a line")
    func errors() async throws {
        let line = try await line("tokenizers/gpt2.tokenizer.json")
        let last = line.tokenizer.vocabSize - 1
        #expect(
            error { () throws(CLIError) in try line.tokenized(object("x", 1), addSpecialTokens: false) }
                == "text is missing")
        #expect(
            error { () throws(CLIError) in try line.tokenized(object("text", 5), addSpecialTokens: false) }
                == "text must be a string, not integer")
        for (ids, problem) in [
            (nil, "ids must be an array of token ids"), ("5", "ids must be an array of token ids"),
            ([-1], "ids: -1 is no token id (0 to \(last))"), ([1.5], "ids: 1.5 is no token id (0 to \(last))"),
            (["1"], "ids: \"1\" is no token id (0 to \(last))"),
            ([.integer(Int64(last) + 1)], "ids: \(last + 1) is no token id (0 to \(last))"),
            ([.integer(.max)], "ids: \(Int64.max) is no token id (0 to \(last))"),
        ] as [(JSONValue?, String)] {
            let row = object("ids", ids)
            #expect(error { () throws(CLIError) in try line.detokenized(row, skipSpecialTokens: false) } == problem)
        }
    }

    @Test("name a file that is none", arguments: ["nowhere", "README.md", "nowhere/x.json", "tokenizers/texts.json"])
    func noTokenizer(file: String) async throws {
        var configuration = LLMConfiguration()
        configuration.model = "\(Self.fixtures)/\(file)"
        await #expect {
            _ = try await LLM.loadTokenizer(configuration)
        } throws: {
            "\($0)".contains("\(Self.fixtures)/\(file): ")
        }
    }
}
