import Testing

@testable import Martlet

@Suite struct WhisperTokenRulesTests {
    struct Fixture: Decodable {
        enum Field: Decodable {
            case number(Int)
            case numbers([Int32])
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else if let numbers = try? container.decode([Int32].self) {
                    self = .numbers(numbers)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }

            var number: Int { if case .number(let number) = self { number } else { -1 } }
            var numbers: [Int32] { if case .numbers(let numbers) = self { numbers } else { [] } }
            var text: String { if case .text(let text) = self { text } else { "" } }
        }

        var eot: Int32
        var timestamp_begin: Int32
        var no_timestamps: Int32
        var blank: [Int32]
        var size: Int
        /// History, suppressed ids, suppress_blank, max_initial_timestamp_index or -1, with timestamps, allowed bits.
        var cases: [[Field]]
    }

    @Test func `The allowed tokens are those of openai-whisper and transformers`() throws {
        let fixture = try TranscriptionFixtures.load("rules", as: Fixture.self)
        let tokens = WhisperTokens(
            endOfText: fixture.eot, startOfTranscript: fixture.eot + 1, noTimestamps: fixture.no_timestamps,
            timestampBegin: fixture.timestamp_begin, vocabSize: fixture.size, blank: fixture.blank)
        for fields in fixture.cases {
            let initial = fields[3].number
            let rules = WhisperTokenRules(
                tokens, suppressing: fields[1].numbers, suppressBlank: fields[2].number == 1,
                hasTimestamps: fields[4].number == 1,
                maxInitialTimestamp: initial < 0 ? nil : Double(initial) * 0.02)
            var expected = expected(fields[5].text, fixture.size)
            if fields[4].number == 0 {
                for id in Int(fixture.timestamp_begin)..<fixture.size { expected[id] = false }
            }
            #expect(allowed(rules, after: fields[0].numbers, size: fixture.size) == expected, "\(fields)")
            #expect(rules.preferredTokensFrom == (fields[4].number == 1 ? fixture.timestamp_begin : nil))
        }
    }

    private func allowed(_ rules: WhisperTokenRules, after history: [Int32], size: Int) -> [Bool] {
        var words = [UInt32](repeating: .max, count: (size + 31) / 32)
        words.withUnsafeMutableBufferPointer { rules.restrict($0, after: ([0] + history).dropFirst()) }
        return (0..<size).map { words[$0 / 32] >> UInt32($0 % 32) & 1 == 1 }
    }

    private func expected(_ hex: String, _ size: Int) -> [Bool] {
        let digits = hex.reversed().map { $0.hexDigitValue ?? 0 }
        return (0..<size).map { $0 / 4 < digits.count && digits[$0 / 4] >> ($0 % 4) & 1 == 1 }
    }

    @Test func `Ids outside the vocabulary are ignored`() {
        var tokens = WhisperTokens.multilingual
        tokens.vocabSize = 60
        let rules = WhisperTokenRules(
            tokens, suppressing: [59, 60, 5000, -4], suppressBlank: true, hasTimestamps: true,
            maxInitialTimestamp: 1e12)
        var words = [UInt32](repeating: .max, count: 2)
        words.withUnsafeMutableBufferPointer { rules.restrict($0, after: [3, 59]) }
        #expect(words == [.max, 0xE7FF_FFFF])
    }
}
