import Testing

@testable import MartletAudio

@Suite struct FLACDecoderTests {
    @Test func everyFileIsReadBitForBitAsSoundfileReadsIt() throws {
        let files = try AudioFixtures.expected().filter { $0.key.hasSuffix(".flac") }
        #expect(files.count >= 20)
        for (name, expected) in files {
            let decoder = try openDecoder(
                of: AudioFile(path: AudioFixtures.path(name)), limits: AudioLimits(), codecs: .installed)
            #expect(decoder.format.container == "FLAC")
            #expect(decoder.format.sampleRate == expected.sampleRate, "\(name)")
            #expect(decoder.format.channels == expected.channels, "\(name)")
            #expect(decoder.format.frameCount == expected.frames, "\(name)")
            #expect(AudioFixtures.fnv(try AudioFixtures.decode(decoder)) == expected.fnv, "\(name)")
        }
    }

    @Test func tagsBeforeAndAfterAreSkipped() throws {
        let file = try AudioFixtures.bytes("s16_5.flac")
        let before = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 2] + [UInt8](repeating: 0xFF, count: 130)
        let after = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
        #expect(try AudioFixtures.decode(before + file + after) == AudioFixtures.decode(file))
    }

    @Test func aFileCutShortIsReadAsFarAsItsWholeFrames() throws {
        let file = try AudioFixtures.bytes("blocks_of_192.flac")
        let whole = try AudioFixtures.decode(file)
        let part = try AudioFixtures.decode(Array(file.dropLast(1)))
        #expect(part.count < whole.count && part.count >= whole.count - 2 * 192)
        #expect(part[...] == whole[..<part.count])
        // Nothing is left of the only frame.
        let one = try AudioFixtures.bytes("one.flac")
        let error = #expect(throws: AudioError.self) { try AudioReader(AudioBuffer(Array(one.dropLast(1)))) }
        #expect(error?.kind == .malformed)
    }

    @Test func everyDamagedByteOfAFrameIsNoticed() throws {
        let file = try AudioFixtures.bytes("s8_0.flac")
        let whole = try AudioFixtures.decode(file)
        for index in stride(from: file.count - 300, to: file.count, by: 7) {
            var damaged = file
            damaged[index] ^= 0x10
            // The last frame may seem cut short; wrong samples never come out.
            if let samples = try? AudioFixtures.decode(damaged) { #expect(samples[...] == whole[..<samples.count]) }
        }
    }

    @Test func numbersOfBitsAreReadAsOneBitAtATime() throws {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) & UInt8.random(in: 0...255) }
        let padded = bytes + [UInt8](repeating: 0, count: 8)
        try padded.withUnsafeBufferPointer { padded in
            var fast = BitReader(padded.baseAddress!, count: bytes.count)
            var slow = fast
            while fast.position < 8 * bytes.count - 200 {
                let parameter = Int.random(in: 0...30)
                var zeros: UInt64 = 0
                while try slow.unsigned(1) == 0 { zeros += 1 }
                var value = zeros
                for _ in 0..<parameter { value = value << 1 | UInt64(try slow.unsigned(1)) }
                #expect(try fast.rice(parameter) == (value & 1 == 0 ? Int64(value >> 1) : -Int64(value >> 1) - 1))
                #expect(fast.position == slow.position)
            }
        }
    }
}
