import MartletJSON
import Testing

@testable import MartletTokenizers

/// Pairs of texts against the tokenizers library, see Scripts/goldens/make_pairs.py.
@Suite struct PairTests {
    private struct Case {
        let tokenizer: String
        let first: String
        let second: String?
        let limit: Int?
        let side: Tokenizer.TruncationSide
        let ids: [Int32]
        let types: [Int32]
    }

    private static func cases() throws -> [Case] {
        let list = try #require(try JSONReader.parse(TokenizerFixtures.bytes("../pairs/cases.json")).arrayValue)
        return try list.map { json in
            Case(
                tokenizer: try #require(json["tokenizer"]?.stringValue),
                first: try #require(json["first"]?.stringValue),
                second: json["second"]?.stringValue, limit: json["limit"]?.intValue,
                side: json["side"] == "left" ? .left : .right,
                ids: try #require(json["ids"]?.arrayValue).map { Int32($0.intValue ?? -1) },
                types: try #require(json["types"]?.arrayValue).map { Int32($0.intValue ?? -1) })
        }
    }

    @Test("pairs, types and truncation are those of tokenizers")
    func pairs() throws {
        var loaded: [String: Tokenizer] = [:]
        for item in try Self.cases() {
            if loaded[item.tokenizer] == nil {
                loaded[item.tokenizer] = try TokenizerFixtures.tokenizer(
                    item.tokenizer == "roberta" ? "../pairs/roberta" : item.tokenizer)
            }
            let tokenizer = try #require(loaded[item.tokenizer])
            let tokens = tokenizer.encode(item.first, pair: item.second, maxTokens: item.limit, side: item.side)
            let place = "\(item.tokenizer) \(item.first)|\(item.second ?? "-") \(item.limit ?? 0) \(item.side)"
            #expect(tokens.ids == item.ids, "\(place)")
            #expect(tokens.types == item.types, "\(place)")
        }
    }

    @Test("a limit below the special tokens leaves those")
    func tinyLimit() throws {
        let tokenizer = try TokenizerFixtures.tokenizer("bert")
        #expect(tokenizer.encode("many words here", pair: nil, maxTokens: 1).ids.count == 2)
        #expect(tokenizer.encodesPairs)
    }
}
