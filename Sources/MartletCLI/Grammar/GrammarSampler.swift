import MartletGrammar

/// Texts of a grammar, drawn byte by byte from its masks: mostly plain characters, and ends more and more as a text grows.
struct GrammarSampler {
    private let matcher: GrammarMatcher
    private var mask = TokenBitmask(count: TokenVocabulary.bytes.tokens.count)
    private var random: SplitMix

    /// Longer ones are given up.
    private static let maxBytes = 2000
    /// From here on texts are brought to their end.
    private static let longBytes = 160

    /// The grammar must be compiled for the byte vocabulary.
    init(_ grammar: CompiledGrammar, seed: UInt64) {
        matcher = GrammarMatcher(grammar)
        random = SplitMix(state: seed)
    }

    /// The next text; nil where it grew too long.
    mutating func next() throws(GrammarError) -> String? {
        matcher.reset()
        var text: [UInt8] = []
        while text.count < Self.maxBytes {
            var failure: GrammarError?
            mask.words.withUnsafeMutableBufferPointer { words in
                do throws(GrammarError) { try matcher.fillBitmask(words) } catch { failure = error }
            }
            if let failure { throw failure }
            let ends = mask[TokenVocabulary.bytes.endOfSequence.min() ?? 0]
            guard let byte = draw(after: text.count, mayEnd: ends) else {
                return String(decoding: text, as: UTF8.self)
            }
            guard try matcher.accept(token: Int(byte)) else { return nil }
            text.append(byte)
        }
        return nil
    }

    /// A byte among the allowed ones, nil for the end.
    private mutating func draw(after length: Int, mayEnd: Bool) -> UInt8? {
        let closing = 1 + 8 * length / Self.longBytes
        var total = mayEnd ? 4 * closing : 0
        for byte in UInt8.min...UInt8.max where mask[Int(byte)] { total += Self.weight(byte, closing) }
        guard total > 0 else { return nil }
        var left = Int(random.next() % UInt64(total))
        for byte in UInt8.min...UInt8.max where mask[Int(byte)] {
            left -= Self.weight(byte, closing)
            if left < 0 { return byte }
        }
        return nil
    }

    private static func weight(_ byte: UInt8, _ closing: Int) -> Int {
        switch byte {
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "\""): 12 * closing * closing
        case UInt8(ascii: "a")...UInt8(ascii: "z"): 3
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): 2
        case 0x21...0x7E: byte == UInt8(ascii: "\\") ? 0 : 1
        case 0x20: 1
        default: 0
        }
    }
}
