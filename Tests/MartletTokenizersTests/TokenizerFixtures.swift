import Foundation
import MartletJSON
import MartletTokenizers
import Testing

/// Where `Scripts/goldens/make_tokenizers.py` put small tokenizers and what the tokenizers library makes of texts.
enum TokenizerFixtures {
    static let names =
        byteLevelNames + [
            "llama2", "llama2_rebuilt", "some_bytes", "no_unknown", "gemma", "gpt1", "prefixed", "bert", "bert_cased",
            "words", "ctc", "t5", "unigram_bytes", "unigram_byte_level", "byte_level_normalizer", "clip",
        ]

    static let byteLevelNames = [
        "gpt2", "prefix_space", "llama3", "qwen2", "qwen35", "o200k", "tekken", "smollm", "digit_runs", "deepseek_v3",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/tokenizers/\(name)")))
    }

    static func json(_ name: String) throws -> JSONValue { try JSONReader.parse(try bytes(name)) }

    static func tokenizer(_ name: String, config: JSONValue? = nil) throws -> Tokenizer {
        try Tokenizer.load(json: try bytes("\(name).tokenizer.json"), config: config)
    }

    static func texts() throws -> [String] {
        try #require(try json("texts.json").arrayValue).map { try #require($0.stringValue) }
    }

    static func ids(_ value: JSONValue?) throws -> [Int32] {
        try #require(value?.arrayValue).map { Int32(try #require($0.intValue)) }
    }

    static func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
