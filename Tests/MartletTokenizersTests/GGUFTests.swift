import MartletTokenizers
import Testing

@Suite("GGUF vocabularies of every kind")
struct GGUFTests {
    private static let bytes = (0..<256).map { byte in
        "<0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))>"
    }

    private func vocabulary(
        _ model: String, _ tokens: [String], types: [Int: Int32] = [:], scores: [Float] = [], merges: [String] = [],
        unknown: Int32? = nil
    ) -> GGUFVocabulary {
        var vocabulary = GGUFVocabulary(
            model: model, pre: "default", tokens: tokens.map { Array($0.utf8) },
            tokenTypes: tokens.indices.map { types[$0] ?? (tokens[$0].hasPrefix("<0x") ? 6 : 1) },
            merges: merges.map { Array($0.utf8) })
        vocabulary.scores = scores
        vocabulary.unknownTokenID = unknown
        return vocabulary
    }

    @Test("t5: Unigram, EOS at the end and a space before every stretch")
    func unigram() throws {
        let tokens = ["<pad>", "</s>", "<unk>", "▁", "a", "b", "▁a", "ab", "<extra>"]
        let types: [Int: Int32] = [0: 3, 1: 3, 2: 2, 8: 4]
        let scores: [Float] = [0, 0, 0, -3, -4, -4, -2, -3, 0]
        var gguf = vocabulary("t5", tokens, types: types, scores: scores)
        let tokenizer = try Tokenizer(gguf: gguf)
        #expect(tokenizer.encode("a ab", addSpecialTokens: true) == [6, 3, 7, 1])
        #expect(tokenizer.encode("axyb<extra>a</s>", addSpecialTokens: false) == [6, 2, 5, 8, 6, 1])
        #expect(tokenizer.decode([6, 3, 7, 1], skipSpecialTokens: true) == "a ab")
        #expect(tokenizer.eosTokenIDs == [1])
        #expect(tokenizer.bosTokenID == nil)
        gguf.addSpacePrefix = false
        gguf.addEOS = false
        #expect(try Tokenizer(gguf: gguf).encode("a", addSpecialTokens: true) == [4])
        gguf.removeExtraWhitespaces = true
        #expect(try Tokenizer(gguf: gguf).encode("  a  a ", addSpecialTokens: true) == [4, 6])
        gguf.charsMap = [200, 0, 0, 0, 1]
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: gguf) }
        gguf.charsMap = []
        gguf.scores[4] = .nan
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: gguf) }
    }

    @Test("bert: words begin with ▁ and separators stand around the text")
    func wordPiece() throws {
        let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁the", "▁a", "b", "c", "▁!", "▁中"]
        var gguf = vocabulary("bert", tokens, types: [0: 3, 1: 2, 2: 3, 3: 3], unknown: 1)
        (gguf.bosTokenID, gguf.separatorTokenID, gguf.paddingTokenID, gguf.maskTokenID) = (2, 3, 0, 0)
        let tokenizer = try Tokenizer(gguf: gguf)
        #expect(tokenizer.encode("The ÀBC!中x", addSpecialTokens: true) == [2, 4, 5, 6, 7, 8, 9, 1, 3])
        #expect(tokenizer.decode([4, 5, 6, 7, 8], skipSpecialTokens: true) == "the abc!")
        gguf.lowercases = false
        #expect(try Tokenizer(gguf: gguf).encode("the ab AB", addSpecialTokens: false) == [4, 5, 6, 1])
    }

    @Test("rwkv: the longest token wins, bytes are written with escapes")
    func world() throws {
        let tokens = ["<s>", "a", "ab", "abc", "\\n", "\\t", "\\xe4", "\\xb8", "\\xad", "\\\\", "\\'", "\\x", "\\"]
        let tokenizer = try Tokenizer(gguf: vocabulary("rwkv", tokens, types: [0: 3], unknown: 0))
        #expect(tokenizer.encode("abcab\n\t中\\'", addSpecialTokens: true) == [3, 2, 4, 5, 6, 7, 8, 12, 10])
        #expect(tokenizer.encode("zz", addSpecialTokens: false) == [0, 0])
        #expect(tokenizer.decode([3, 4, 6, 7, 8], skipSpecialTokens: true) == "abc\n中")
    }

    @Test("plamo2: the cheapest tokens, and bytes for the rest")
    func plamo() throws {
        let tokens = ["<|plamo:unk|>", "<|plamo:bos|>", "a", "b", "ab", "aba"] + Self.bytes
        let scores: [Float] = [0, 0, -5, -5, -1, -30] + Self.bytes.map { _ in 0 }
        let tokenizer = try Tokenizer(gguf: vocabulary("plamo2", tokens, types: [0: 2, 1: 3], scores: scores))
        #expect(tokenizer.encode("abab", addSpecialTokens: false) == [4, 4])
        #expect(tokenizer.encode("aba", addSpecialTokens: false) == [4, 2])
        let ids = tokenizer.encode("b中", addSpecialTokens: false)
        #expect(ids == [3, 234, 190, 179])
        #expect(tokenizer.decode(ids, skipSpecialTokens: false) == "b中")
        let missing = vocabulary("plamo2", Array(tokens.dropLast()), scores: Array(scores.dropLast()))
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: missing) }
    }

    @Test("gemma4: merges of text with ▁ for spaces, and bytes for the rest")
    func gemma() throws {
        let tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "▁", "a", "b", "▁a", "ab", "\n", "\n\n"] + Self.bytes
        let merges = ["▁ a", "a b", "\n \n"]
        var gguf = vocabulary("gemma4", tokens, types: [0: 3, 1: 3, 2: 3, 3: 2], merges: merges, unknown: 3)
        (gguf.bosTokenID, gguf.eosTokenID) = (2, 1)
        let tokenizer = try Tokenizer(gguf: gguf)
        let ids: [Int32] = [2, 8, 7, 10, 206, 180]
        #expect(tokenizer.encode("ab a\n\né", addSpecialTokens: true) == ids)
        #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "ab a\n\né")
        gguf.merges.append(Array("a c".utf8))
        #expect(throws: TokenizerError.self) { try Tokenizer(gguf: gguf) }
    }

    @Test("falcon: digits are cut where the spelling of bytes shows them")
    func falcon() throws {
        let tokens = ["Â", "½", "Â½", "1", "2", "12", "a", "Ġ"]
        var gguf = vocabulary("gpt2", tokens, merges: ["Â ½", "1 2"])
        gguf.pre = "falcon"
        let tokenizer = try Tokenizer(gguf: gguf)
        #expect(tokenizer.encode("a½ 12", addSpecialTokens: false) == [6, 0, 1, 7, 5])
        #expect(tokenizer.decode([6, 0, 1, 7, 5], skipSpecialTokens: false) == "a½ 12")
    }

    @Test(
        "Empty vocabularies, ids without token and empty tokens",
        arguments: [
            "gpt2", "gemma4", "llama", "bert", "t5", "rwkv", "plamo2",
        ])
    func odd(_ model: String) throws {
        for tokens in [[], [""], ["", "a", "a"], ["a", "", "\u{0}"]] {
            for types: [Int32] in [[], tokens.map { _ in 99 }, tokens.map { _ in 6 }] {
                var gguf = vocabulary(model, tokens)
                gguf.pre = "gpt-2"
                gguf.tokenTypes = types
                for unknown: Int32? in [nil, 0, 2, -1, .max] {
                    gguf.unknownTokenID = unknown
                    guard let tokenizer = try? Tokenizer(gguf: gguf) else { continue }
                    let ids = tokenizer.encode("a é\u{0}", addSpecialTokens: true)
                    _ = tokenizer.decode(ids + [-1, 7, .max], skipSpecialTokens: false)
                }
            }
        }
    }
}
