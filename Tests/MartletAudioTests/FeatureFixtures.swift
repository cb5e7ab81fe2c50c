import Foundation
import MartletAudio

/// The files under Tests/Fixtures/audio_features, and the signals both sides compute.
enum FeatureFixtures {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appendingPathComponent("Fixtures/audio_features/\(name)")))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes(name)))
    }

    /// Numbers in -1 ..< 1 from a hash of their index.
    static func noise(_ count: Int, seed: Int) -> [Float] {
        (0..<count).map { index in
            var hash = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ seed &* 40_503)
            hash ^= hash >> 15
            hash = hash &* 2_246_822_519
            hash ^= hash >> 13
            return Float(hash >> 8) / 8_388_608 - 1
        }
    }

    static let signals: [String: [Float]] = [
        "noise": noise(480_000, seed: 1).map { $0 * 0.1 },
        "three seconds": noise(48_077, seed: 2).map { $0 * 0.3 },
        "quiet": noise(160_000, seed: 3).map { $0 * 1e-4 },
        "silence": [Float](repeating: 0, count: 16_000),
        "empty": [],
        "one sample": [0.5],
        "399 samples": noise(399, seed: 4),
        "400 samples": noise(400, seed: 4),
        "constant": [Float](repeating: 0.5, count: 480_000),
        "square": (0..<100_000).map { $0 / 37 % 2 == 0 ? 1 : -1 },
        "nearly full": noise(479_990, seed: 5),
        "tone": (0..<480_000).map { Float(sin(2 * Double.pi * 440 * Double($0) / 16_000)) * 0.9 },
        "too long": noise(500_000, seed: 6),
    ]

    /// Speech of a synthesizer: a sentence, 2 s of silence, a quieter sentence, 4 s, the first sentence, 1 s; and Silero
    /// VAD's verdict on each frame of 512 samples.
    static func speech() throws -> (samples: [Float], isSpeech: [Bool]) {
        struct Layout: Decodable {
            var firstLength: Int
            var silero: String
        }
        let layout = try decode(Layout.self, "speech.json")
        let decoded = try bytes("speech.ulaw").map { code -> Float in
            let value = (Double(code) - 128) / 127
            return Float((value < 0 ? -1.0 : 1.0) * (pow(256, abs(value)) - 1) / 255)
        }
        let first = Array(decoded[..<layout.firstLength])
        let second = decoded[layout.firstLength...].map { $0 * 0.1 }
        func silence(_ seconds: Int) -> [Float] { [Float](repeating: 0, count: seconds * 16_000) }
        return (first + silence(2) + second + silence(4) + first + silence(1), layout.silero.map { $0 == "1" })
    }

    /// The probabilities of all whole frames.
    static func probabilities(_ samples: [Float], _ detector: inout some VoiceActivityDetector) -> [Float] {
        samples.withUnsafeBufferPointer { samples in
            stride(from: 0, to: samples.count - 511, by: 512).map {
                detector.speechProbability(of: UnsafeBufferPointer(rebasing: samples[$0..<$0 + 512]))
            }
        }
    }
}
