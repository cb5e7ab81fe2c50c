import Testing

@testable import MartletAudio

@Suite struct WAVDecoderTests {
    @Test func everyWidthAndCodingIsReadAsSoundfileReadsIt() throws {
        let files = try AudioFixtures.expected().filter { $0.key.hasSuffix(".wav") }
        #expect(files.count >= 14)
        for (name, expected) in files {
            let decoder = try openDecoder(
                of: AudioFile(path: AudioFixtures.path(name)), limits: AudioLimits(), codecs: .installed)
            #expect(decoder.format.container == "WAV")
            #expect(decoder.format.sampleRate == expected.sampleRate, "\(name)")
            #expect(decoder.format.channels == expected.channels, "\(name)")
            #expect(decoder.format.frameCount == expected.frames, "\(name)")
            #expect(AudioFixtures.fnv(try AudioFixtures.decode(decoder)) == expected.fnv, "\(name)")
        }
    }

    @Test func chunksComeInAnyOrderAndOddOnesArePadded() throws {
        let wav = WAVBuilder()
        let plain = try AudioFixtures.decode(wav.file)
        #expect(plain == [0, 1, 2, 3].map { $0 / 32768 })
        let list = WAVBuilder.chunk("LIST", [1, 2, 3])
        for chunks in [
            list + wav.format + wav.samples, wav.format + list + wav.samples, wav.samples + list + wav.format,
        ] {
            #expect(try AudioFixtures.decode(WAVBuilder.file(chunks)) == plain)
        }
    }

    @Test(arguments: [0, 0xFFFF_FFFF, 4000] as [UInt32])
    func streamedAndCutShortFilesAreReadToTheirEnd(_ size: UInt32) throws {
        var wav = WAVBuilder()
        wav.dataSize = size
        let halfASample: [UInt8] = [7]
        #expect(try AudioFixtures.decode(wav.file + halfASample) == [0, 1, 2, 3].map { $0 / 32768 })
    }

    @Test func samplesNarrowerThanTheirBytesAreAlignedToTheLeft() throws {
        var wav = WAVBuilder()
        wav.bits = 12
        wav.data = [0x00, 0x40]
        #expect(try AudioFixtures.decode(wav.file) == [0.5])
    }

    @Test func headersThatCannotBeTrueAreRefused() throws {
        let lies: [(inout WAVBuilder) -> Void] = [
            { $0.channels = 0 }, { $0.sampleRate = 0 }, { $0.blockAlign = 0 }, { $0.blockAlign = 5 }, { $0.bits = 17 },
            { $0.channels = 3 }, { $0.tag = 3 }, { $0.tag = 6 }, { $0.data = [] }, { $0.data = [1] },
        ]
        for lie in lies {
            var wav = WAVBuilder()
            lie(&wav)
            let error = #expect(throws: AudioError.self) { try AudioReader(AudioBuffer(wav.file)) }
            #expect(error?.kind == .malformed)
        }
        let wav = WAVBuilder()
        for chunks in [[], wav.format, wav.samples, WAVBuilder.chunk("fmt ", [1, 0]) + wav.samples] {
            let error = #expect(throws: AudioError.self) { try AudioReader(AudioBuffer(WAVBuilder.file(chunks))) }
            #expect(error?.kind == .malformed)
        }
    }

    @Test func aFileOfNothingButChunkHeadersEndsTheSearch() throws {
        let chunks = [UInt8](repeating: 0, count: 8 * 100_000)
        let error = #expect(throws: AudioError.self) { try AudioReader(AudioBuffer(WAVBuilder.file(chunks))) }
        #expect(error?.kind == .malformed)
    }
}
