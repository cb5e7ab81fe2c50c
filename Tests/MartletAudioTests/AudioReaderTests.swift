import Foundation
import Synchronization
import Testing

@testable import MartletAudio

@Suite struct AudioReaderTests {
    private func kind(
        _ bytes: any AudioBytes, limits: AudioLimits = AudioLimits()
    ) -> AudioError.Kind? {
        do throws(AudioError) {
            _ = try AudioFixtures.read(bytes, limits: limits)
            return nil
        } catch { return error.kind }
    }

    @Test func severalChannelsBecomeTheirMean() throws {
        var wav = WAVBuilder()
        wav.channels = 3
        wav.blockAlign = 6
        wav.data = [0, 0x10, 0, 0x20, 0, 0x30, 0, 0xF0, 0, 0xE0, 0, 0xD0]
        #expect(try AudioFixtures.read(AudioBuffer(wav.file)).map { ($0 * 32768).rounded() } == [0x2000, -0x2000])
        wav.channels = 2
        wav.blockAlign = 4
        #expect(try AudioFixtures.read(AudioBuffer(wav.file)) == [0x1800, 0x1000, -0x2800].map { Float($0) / 32768 })
    }

    @Test func readingOneSampleAtATimeIsReadingAllAtOnce() throws {
        for name in ["s16_5.flac", "s16.wav", "lossy.wav"] {
            let file = try AudioFile(path: AudioFixtures.path(name))
            let whole = try AudioFixtures.read(file, upTo: .max)
            #expect(!whole.isEmpty)
            for count in [1, 3, 1000] { #expect(try AudioFixtures.read(file, upTo: count) == whole) }
        }
    }

    @Test func unknownContentIsRefusedWithWhatIsAccepted() throws {
        for text in ["#EXTM3U\nfile:///etc/passwd\n", "hello", "<html>", "%PDF-1.7", "RIFF....AVI "] {
            let error = #expect(throws: AudioError.self) { try AudioReader(AudioBuffer(Array(text.utf8)), name: "it") }
            #expect(error?.kind == .unsupported)
            #expect(error?.message.hasPrefix("it: ") == true)
            #expect(error?.message.contains("accepted are WAV, FLAC, MP3") == true)
        }
        #expect(kind(AudioBuffer([])) == .malformed)
        #expect(throws: AudioError.self) { try AudioFile(path: "/no/such/file") }
        #expect(throws: AudioError.self) { try AudioFile(path: "/") }
    }

    @Test func everyLimitIsEnforced() throws {
        let wav = WAVBuilder()  // 4 frames
        let bytes = AudioBuffer(wav.file)
        #expect(kind(bytes) == nil)
        #expect(kind(bytes, limits: AudioLimits(maxFileBytes: wav.file.count)) == nil)
        #expect(kind(bytes, limits: AudioLimits(maxFileBytes: wav.file.count - 1)) == .tooLarge)
        #expect(kind(bytes, limits: AudioLimits(maxDuration: 4 / 16_000)) == nil)
        #expect(kind(bytes, limits: AudioLimits(maxDuration: 3 / 16_000)) == .tooLarge)
        #expect(kind(bytes, limits: AudioLimits(maxDecodedBytes: 16)) == nil)
        #expect(kind(bytes, limits: AudioLimits(maxDecodedBytes: 15)) == .tooLarge)
        #expect(kind(bytes, limits: AudioLimits(maxSampleRate: 15_999)) == .tooLarge)
        var stereo = wav
        stereo.channels = 2
        stereo.blockAlign = 4
        #expect(kind(AudioBuffer(stereo.file), limits: AudioLimits(maxChannels: 1)) == .tooLarge)
        var slow = wav
        slow.sampleRate = 999
        #expect(kind(AudioBuffer(slow.file)) == .unsupported)
    }

    @Test func aHeaderThatSaysLessThanThereIsDoesNotHelp() throws {
        // One frame, says STREAMINFO; there are 5000.
        var flac = try AudioFixtures.bytes("constant.flac")
        flac[21] &= 0xF0
        flac.replaceSubrange(22..<26, with: [0, 0, 0, 1])
        #expect(kind(AudioBuffer(flac)) == nil)
        #expect(kind(AudioBuffer(flac), limits: AudioLimits(maxDuration: 0.1)) == .tooLarge)
        #expect(kind(AudioBuffer(flac), limits: AudioLimits(maxDecodedBytes: 20_000)) == .tooLarge)
    }

    @Test func samplesThatAreNoNumbersAreAnError() throws {
        for value in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude] {
            var wav = WAVBuilder()
            wav.tag = 3
            wav.blockAlign = 4
            wav.bits = 32
            wav.data = [0, 0, 0, 0] + WAVBuilder.number(Int(value.bitPattern), 4)
            #expect(kind(AudioBuffer(wav.file)) == .malformed)
        }
    }

    @Test func aLongFileIsReadAPieceAtATime() throws {
        let bytes = EndlessWAV(seconds: 900)
        let reader = try AudioReader(bytes)
        #expect(reader.format.duration == 900)
        var count = 0
        while true {
            let samples = try reader.read(upTo: 48_000)
            if samples.isEmpty { break }
            count += samples.count
            // A byte of the file becomes two samples.
            #expect(bytes.end.withLock { $0 } <= count / 2 + (1 << 16))
        }
        #expect(count == 900 * 16_000)
    }
}

/// A WAV file of 8 kHz, 8 bit, that is nowhere: a byte is made when it is read.
private final class EndlessWAV: AudioBytes {
    let header: [UInt8]
    let count: Int
    /// Behind the last byte that was read.
    let end = Mutex(0)

    init(seconds: Int) {
        var wav = WAVBuilder()
        wav.sampleRate = 8000
        wav.blockAlign = 1
        wav.bits = 8
        wav.dataSize = UInt32(seconds * 8000)
        wav.data = []
        header = wav.file
        count = header.count + seconds * 8000
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let length = max(0, min(buffer.count, count - offset))
        for index in 0..<length {
            let place = offset + index
            buffer[index] = place < header.count ? header[place] : UInt8(truncatingIfNeeded: place >> 3)
        }
        end.withLock { $0 = max($0, offset + length) }
        return length
    }
}
