import Testing

@testable import MartletAudio

/// Damaged files of our own decoders: they are read or refused, and never more samples come out than fit.
@Suite struct AudioFuzzTests {
    @Test func damagedFilesAreReadOrRefused() throws {
        var random = SplitMix(state: 7)
        for name in try AudioFixtures.expected().keys.sorted() {
            let file = try AudioFixtures.bytes(name)
            for round in 0..<60 {
                var bytes = file
                if round % 3 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
                for _ in 0..<(round % 5) where !bytes.isEmpty {
                    // Half of the damage to the header, which decides the most.
                    let reach = Bool.random(using: &random) ? bytes.count : min(64, bytes.count)
                    bytes[Int.random(in: 0..<reach, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                // Little enough that even a file that decodes to a great deal ends at once.
                let limits = AudioLimits(maxDuration: 60, maxDecodedBytes: 1 << 20)
                let codecs = AudioCodecs(libsndfile: [], ffmpeg: [])
                let samples = try? AudioFixtures.read(AudioBuffer(bytes), limits: limits, codecs: codecs)
                let isFinite = (samples ?? []).allSatisfy { $0.isFinite }
                #expect(isFinite, "\(name), round \(round)")
            }
        }
    }
}

/// **Source** Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
