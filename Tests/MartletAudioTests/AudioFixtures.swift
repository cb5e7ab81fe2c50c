import Foundation
import Testing

@testable import MartletAudio

/// Where `Scripts/goldens/make_audio.py` put short sounds and what soundfile reads in them.
enum AudioFixtures {
    struct Expected: Decodable {
        var sampleRate: Int
        var channels: Int
        var frames: Int
        var fnv: String
    }

    static func path(_ name: String) -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return folder.appending(path: "Fixtures/audio/\(name)").path
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let file = try AudioFile(path: path(name))
        return try file.bytes(at: 0, count: file.count)
    }

    static func expected() throws -> [String: Expected] {
        try JSONDecoder().decode([String: Expected].self, from: Data(try bytes("formats.json")))
    }

    /// The samples of a file as they are stored, interleaved.
    static func decode(
        _ bytes: [UInt8], codecs: AudioCodecs = .installed, framesAtOnce: Int = 100
    ) throws -> [Float] {
        try decode(openDecoder(of: AudioBuffer(bytes), limits: AudioLimits(), codecs: codecs), framesAtOnce)
    }

    static func decode(_ decoder: any PCMDecoder, _ framesAtOnce: Int = 100) throws -> [Float] {
        let channels = decoder.format.channels
        var samples: [Float] = []
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: framesAtOnce * channels)
        defer { buffer.deallocate() }
        while true {
            let frames = try decoder.read(into: buffer)
            if frames == 0 { return samples }
            samples += buffer[..<(frames * channels)]
        }
    }

    /// A file at 16 kHz, mono.
    static func read(
        _ bytes: any AudioBytes, upTo count: Int = 1000, limits: AudioLimits = AudioLimits(),
        codecs: AudioCodecs = .installed
    ) throws(AudioError) -> [Float] {
        let reader = try AudioReader(bytes, limits: limits, codecs: codecs)
        var samples: [Float] = []
        while true {
            let piece = try reader.read(upTo: count)
            if piece.isEmpty { return samples }
            samples += piece
        }
    }

    static func fnv(_ samples: [Float]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for sample in samples {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                hash = (hash ^ UInt64(sample.bitPattern >> shift & 0xFF)) &* 0x100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Builds WAV files by hand.
struct WAVBuilder {
    var tag = 1
    var channels = 1
    var sampleRate = 16_000
    var blockAlign = 2
    var bits = 16
    var dataSize: UInt32?
    var data: [UInt8] = [0, 0, 1, 0, 2, 0, 3, 0]

    static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func chunk(_ name: String, _ body: [UInt8], size: UInt32? = nil) -> [UInt8] {
        Array(name.utf8) + number(Int(size ?? UInt32(body.count)), 4) + body + (body.count % 2 == 1 ? [0] : [])
    }

    var format: [UInt8] {
        Self.chunk(
            "fmt ",
            Self.number(tag, 2) + Self.number(channels, 2) + Self.number(sampleRate, 4)
                + Self.number(sampleRate * blockAlign, 4) + Self.number(blockAlign, 2) + Self.number(bits, 2))
    }

    var samples: [UInt8] { Self.chunk("data", data, size: dataSize) }

    static func file(_ chunks: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + number(chunks.count + 4, 4) + Array("WAVE".utf8) + chunks
    }

    var file: [UInt8] { Self.file(format + samples) }
}
