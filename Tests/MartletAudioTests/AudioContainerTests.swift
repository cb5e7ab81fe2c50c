import Testing

@testable import MartletAudio

@Suite struct AudioContainerTests {
    @Test func filesAreKnownByTheirContent() throws {
        let files: [(String, AudioContainer)] = [
            ("s16.wav", .wav), ("rf64.wav", .wav), ("s16_5.flac", .flac(start: 0)), ("lossy.mp3", .mpegAudio),
            ("lossy.ogg", .oggVorbis), ("lossy.opus", .oggOpus), ("lossy.m4a", .mp4), ("lossy.webm", .matroska),
            ("lossy.aac", .adts), ("lossless.aiff", .aiff),
        ]
        for (name, container) in files {
            #expect(try AudioContainer(AudioBuffer(try AudioFixtures.bytes(name))) == container, "\(name)")
        }
        let marks: [([UInt8], AudioContainer)] = [
            (Array("caff\0\u{1}\0\0".utf8), .caf), (Array("#!AMR\n".utf8), .amr), (Array("#!AMR-WB\n".utf8), .amr),
            (Array(".snd".utf8), .au), ([0, 0, 1, 0xBA, 0x44], .mpegProgram), (Array("OggS".utf8), .ogg),
            ([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], .asf), (Array("\0\0\0\u{8}wide".utf8), .mp4),
        ]
        for (bytes, container) in marks { #expect(try AudioContainer(AudioBuffer(bytes)) == container) }
    }

    @Test func mp3IsFoundBehindTagsAndBehindTheRestOfAFrame() throws {
        // Without the tag that ffmpeg writes.
        let mp3 = Array(try AudioFixtures.bytes("lossy.mp3").drop { $0 != 0xFF })
        #expect(try AudioContainer(AudioBuffer(mp3)) == .mpegAudio)
        let tag = Array("ID3".utf8) + [3, 0, 0, 0, 0, 0x10, 0] + [UInt8](repeating: 0x55, count: 2048)
        #expect(try AudioContainer(AudioBuffer(tag + mp3)) == .mpegAudio)
        #expect(try AudioContainer(AudioBuffer(tag + tag + mp3)) == .mpegAudio)
        #expect(try AudioContainer(AudioBuffer([UInt8](repeating: 0xFF, count: 300) + mp3)) == .mpegAudio)
        #expect(try AudioContainer(AudioBuffer(Array(mp3.dropFirst(50)))) == .mpegAudio)
    }
}
