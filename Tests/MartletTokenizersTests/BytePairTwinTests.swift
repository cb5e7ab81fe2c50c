import Testing

@testable import MartletTokenizers

@Suite("Byte pair encoding equals merging bytes one pair at a time")
struct BytePairTwinTests {
    /// Deterministic numbers.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    /// The lowest ranked pair merges, the leftmost of equals, from bytes and without any shortcut.
    private func merged(_ piece: [UInt8], _ model: BytePairModel) -> [Int32] {
        var symbols = piece.compactMap { model.tokenOfByte[Int($0)] }
        while true {
            let merges = zip(symbols, symbols.dropFirst()).map { model.merges.merge($0, $1) }
            guard let rank = merges.compactMap({ $0?.rank }).min() else { return symbols }
            let index = merges.firstIndex { $0?.rank == rank }!
            symbols[index] = merges[index]!.result
            symbols.remove(at: index + 1)
        }
    }

    private func model(_ name: String) throws -> BytePairModel {
        guard case .byteLevelBPE(let model) = try TokenizerFixtures.tokenizer(name).model else {
            throw TokenizerError.malformed("\(name) is no byte-level BPE")
        }
        return model
    }

    private func check(_ piece: [UInt8], _ model: BytePairModel) {
        var scratch = BytePairScratch()
        var ids: [Int32] = []
        piece.withUnsafeBufferPointer { model.encode($0, into: &ids, scratch: &scratch) }
        if model.ignoreMerges, let id = piece.withUnsafeBufferPointer({ model.vocabulary.id(of: $0) }) {
            #expect(ids == [id])
        } else {
            #expect(ids == merged(piece, model), "\(String(decoding: piece, as: UTF8.self))")
        }
    }

    @Test(
        "on pieces of the tokens' own bytes, in any order", arguments: ["gpt2", "llama3", "qwen2", "o200k", "tekken"])
    func tokens(_ name: String) throws {
        let model = try model(name)
        var generator = Generator(state: 7)
        for _ in 0..<3000 {
            var piece: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                piece += model.vocabulary.bytes(Int.random(in: 0..<model.vocabulary.count, using: &generator))
            }
            // Text is well-formed: what tokens cut in two is made whole.
            check(Array(String(decoding: piece, as: UTF8.self).utf8), model)
        }
    }

    @Test("on pieces of any characters", arguments: ["gpt2", "llama3", "qwen2", "deepseek_v3"])
    func characters(_ name: String) throws {
        let model = try model(name)
        var generator = Generator(state: 11)
        let common = Array("the of and 的一是不了人我在有他这中大来上国й и не на ー、。の é ü ß 👍🏽 한국어 ال".unicodeScalars)
        for _ in 0..<3000 {
            var piece = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                let any = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator))
                piece.append(Bool.random(using: &generator) ? common.randomElement(using: &generator)! : any ?? "x")
            }
            check(Array(String(piece).utf8), model)
        }
    }
}
