import Testing

@testable import Martlet

@Suite struct CompressionRatioTests {
    struct Fixture: Decodable {
        struct Text: Decodable {
            var text: String
            var length: Int

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                text = try container.decode(String.self)
                length = try container.decode(Int.self)
            }
        }

        var texts: [Text]
        /// Seed, size, alphabet, repeats, length.
        var generated: [[Int]]
    }

    @Test func `Lengths are those of zlib`() throws {
        let fixture = try TranscriptionFixtures.load("deflate", as: Fixture.self)
        for text in fixture.texts {
            let bytes = Array(text.text.utf8)
            #expect(CompressionRatio.zlibLength(of: bytes) == text.length, "\(text.text.prefix(60))")
            #expect(CompressionRatio.of(text.text) == Double(bytes.count) / Double(text.length))
        }
        for fields in fixture.generated {
            let bytes = Self.generated(seed: fields[0], count: fields[1], alphabet: fields[2], repeats: fields[3])
            #expect(CompressionRatio.zlibLength(of: bytes) == fields[4], "\(fields)")
        }
    }

    /// As the script makes it.
    private static func generated(seed: Int, count: Int, alphabet: Int, repeats: Int) -> [UInt8] {
        var state = UInt32(seed)
        var out: [UInt8] = []
        while out.count < count {
            state = state &* 1_664_525 &+ 1_013_904_223
            let pick = Int(state >> 8)
            if !out.isEmpty, pick % 100 < repeats {
                let distance = pick / 100 % out.count + 1
                for _ in 0..<pick % 37 + 1 { out.append(out[out.count - distance]) }
            } else {
                out.append(UInt8(32 + pick % alphabet))
            }
        }
        return Array(out.prefix(count))
    }
}
