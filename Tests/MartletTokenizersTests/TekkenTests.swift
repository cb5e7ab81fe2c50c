import Foundation
import MartletJSON
import MartletTokenizers
import Testing

/// What `Scripts/goldens/make_mistral.py` stored.
enum TekkenFixture {
    static func json(_ name: String) throws -> JSONValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try JSONReader.parse([UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/mistral/\(name)"))))
    }

    static func load(_ file: JSONValue) throws -> Tokenizer {
        try Tokenizer.load(tekken: Array(JSONWriter.string(file).utf8))
    }
}

@Suite("tekken.json gives the ids and texts of mistral_common")
struct TekkenTests {
    @Test("Encoding")
    func encode() throws {
        let tokenizer = try TekkenFixture.load(try TekkenFixture.json("tekken.json"))
        let cases = try TekkenFixture.json("tekken.cases.json")
        let texts = try #require(cases["texts"]?.arrayValue).map { try #require($0.stringValue) }
        #expect(tokenizer.hidesControlTokens)
        for (index, text) in texts.enumerated() {
            let expected = try TokenizerFixtures.ids(cases["ids"]?[index])
            let ids = tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
            #expect(ids == expected, "\(text.debugDescription)")
        }
        for (text, ids) in zip(texts, try #require(cases["special"]?.arrayValue)) {
            let encoded = tokenizer.encode(text, addSpecialTokens: true, parseSpecial: false)
            #expect(encoded == (try TokenizerFixtures.ids(ids)))
        }
        let inst = try #require(tokenizer.id(of: "[INST]"))
        #expect(tokenizer.encode("[INST]", addSpecialTokens: false) == [inst])
    }

    @Test("Decoding")
    func decode() throws {
        let tokenizer = try TekkenFixture.load(try TekkenFixture.json("tekken.json"))
        let cases = try TekkenFixture.json("tekken.cases.json")
        let pieces = try #require(cases["pieces"]?.arrayValue)
        #expect(tokenizer.vocabSize == pieces.count)
        for (id, piece) in pieces.enumerated() {
            let decoded = tokenizer.decode([Int32(id)], skipSpecialTokens: false)
            #expect(TokenizerFixtures.isSame(decoded, try #require(piece.stringValue)))
            #expect(tokenizer.isSpecial(Int32(id)) == (id < 40))
        }
        for entry in try #require(cases["sequences"]?.arrayValue) {
            let ids = try TokenizerFixtures.ids(entry[0])
            let expected = try #require(entry[1]?.stringValue)
            #expect(TokenizerFixtures.isSame(tokenizer.decode(ids, skipSpecialTokens: false), expected), "\(ids)")
        }
    }

    @Test("Control tokens have roles and are found by spelling")
    func control() throws {
        let tokenizer = try TekkenFixture.load(try TekkenFixture.json("tekken.json"))
        #expect(tokenizer.bosTokenID == 1)
        #expect(tokenizer.eosTokenIDs == [2])
        #expect(tokenizer.specialTokens["pad_token"] == "<pad>")
        #expect(tokenizer.id(of: "[INST]") == 3)
        #expect(tokenizer.id(of: "<SPECIAL_39>") == 39)
        #expect(tokenizer.id(of: "<SPECIAL_40>") == nil)
    }

    @Test("What a file says about itself")
    func file() throws {
        var json = try #require(try TekkenFixture.json("tekken.json").objectValue)
        json["model_settings_builder"] = ["reasoning_effort": nil]
        let file = try Array(JSONWriter.string(.object(json)).utf8).withUnsafeBufferPointer { try TekkenFile($0) }
        #expect(file.version == "v3")
        #expect(file.takesImages && !file.takesAudio)
        #expect(file.modelSettingsBuilder == ["reasoning_effort": nil])
    }

    @Test("Listed control tokens, and a version that must list them")
    func listed() throws {
        var json = try #require(try TekkenFixture.json("tekken.json").objectValue)
        func token(_ rank: Int64, _ text: String) -> JSONValue {
            ["rank": .integer(rank), "token_str": .string(text), "is_control": true]
        }
        json["special_tokens"] = .array([token(0, "<unk>"), token(1, "<s>"), token(2, "</s>"), token(3, "[THINK]")])
        var config = try #require(json["config"]?.objectValue)
        config["version"] = "v13"
        json["config"] = .object(config)
        let tokenizer = try TekkenFixture.load(.object(json))
        #expect(tokenizer.id(of: "[THINK]") == 3)
        #expect(tokenizer.id(of: "<SPECIAL_4>") == 4)
        #expect(tokenizer.id(of: "[INST]") == nil)
        json["special_tokens"] = nil
        #expect(throws: TokenizerError.self) { try TekkenFixture.load(.object(json)) }
    }

    @Test(
        "Files that contradict themselves are refused",
        arguments: [
            ("config", JSONValue.null), ("config.version", "v99"), ("config.pattern", nil),
            ("config.default_vocab_size", 9_999_999), ("config.default_vocab_size", -1),
            ("config.default_vocab_size", 4_611_686_018_427_387_904), ("config.default_num_special_tokens", -5),
            ("config.default_num_special_tokens", 19), ("config.default_num_special_tokens", 9_223_372_036_854_775_807),
            ("special_tokens", [["rank": 1, "token_str": "<s>"]]), ("special_tokens", [["rank": 0]]),
            ("special_tokens", [["rank": 0, "token_str": "<s>"], ["rank": 1, "token_str": "<s>"]]),
            ("special_tokens", [["rank": 0, "token_str": "<SPECIAL_7>"]]),
            ("vocab", [["rank": 0, "token_bytes": "AA=="]]), ("vocab", [["rank": 1, "token_bytes": "AA=="]]),
            ("vocab", [["rank": 0, "token_bytes": "AAA"]]), ("vocab", [["rank": 0, "token_bytes": "A==="]]),
            ("vocab", [["rank": 0, "token_bytes": "=AAA"]]), ("vocab", [["rank": 0]]), ("vocab", ["x"]), ("vocab", 7),
        ] as [(String, JSONValue)])
    func refused(_ path: String, _ value: JSONValue) throws {
        var json = try #require(try TekkenFixture.json("tekken.json").objectValue)
        if let dot = path.firstIndex(of: ".") {
            var config = try #require(json["config"]?.objectValue)
            config[String(path[path.index(after: dot)...])] = value
            json["config"] = .object(config)
        } else {
            json[path] = value
        }
        #expect(throws: TokenizerError.self) { try TekkenFixture.load(.object(json)) }
    }

    @Test("Truncated files are refused, wherever they end")
    func truncated() throws {
        let bytes = Array(JSONWriter.string(try TekkenFixture.json("tekken.json")).utf8)
        for count in stride(from: 0, to: bytes.count - 1, by: 97) {
            #expect(throws: TokenizerError.self) { try Tokenizer.load(tekken: Array(bytes[..<count])) }
        }
    }

    @Test("A token twice, and one that is empty, are refused")
    func repeated() throws {
        var json = try #require(try TekkenFixture.json("tekken.json").objectValue)
        var vocab = try #require(json["vocab"]?.arrayValue)
        let index = 300
        for replacement in [vocab[299]["token_bytes"] ?? "", ""] as [JSONValue] {
            vocab[index] = ["rank": .integer(Int64(index)), "token_bytes": replacement, "token_str": nil]
            json["vocab"] = .array(vocab)
            #expect(throws: TokenizerError.self) { try TekkenFixture.load(.object(json)) }
        }
    }
}
