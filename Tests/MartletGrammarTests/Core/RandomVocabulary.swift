@testable import MartletGrammar

extension TokenVocabulary {
    /// All bytes that the test grammars know, and random pieces of texts of them: split scalars, duplicates, empty tokens,
    /// special tokens and two ends of sequence.
    init(_ random: inout SeededGenerator) {
        var tokens: [[UInt8]] = [[]]
        for letter in RandomGrammar.letters { tokens += String(letter).utf8.map { [$0] } }
        for _ in 0..<60 {
            var bytes: [UInt8] = []
            for _ in 0...random.below(5) { bytes += Array(String(random.pick(RandomGrammar.letters)).utf8) }
            if random.chance(40) { bytes.removeFirst(random.below(bytes.count)) }
            if random.chance(40) { bytes.removeLast(random.below(bytes.count)) }
            tokens.append(bytes)
        }
        tokens += [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0xC5], [0xE2, 0x82], [0xF0, 0x9F]]
        var special: Set<Int> = []
        for letters in ["a", "ab", "b,", "c", "\"a", "abc", ",,"] {
            special.insert(tokens.count)
            tokens.append(Array(letters.utf8))
        }
        let end = tokens.count
        tokens += [[], Array("a".utf8)]
        self.init(tokens: tokens, special: special.union([end]), endOfSequence: [end, end + 1])
    }
}
