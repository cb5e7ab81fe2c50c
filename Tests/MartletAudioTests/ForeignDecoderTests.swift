import Testing

@testable import MartletAudio

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Formats decoded by libsndfile and ffmpeg: read where these are installed, and refused by name where they are not.
@Suite struct ForeignDecoderTests {
    static let none = AudioCodecs(libsndfile: [], ffmpeg: [])
    static let hasLibsndfile = SoundFileLibrary(AudioCodecs.installed.libsndfile) != nil
    static let hasFFmpeg = AudioCodecs.installed.ffmpeg.contains { access($0, X_OK) == 0 }

    /// The package that must be named, and how loud the difference to the original may be.
    static let files: [(name: String, package: String, tolerance: Float)] = [
        ("lossless.aiff", "libsndfile1", 0), ("lossy.mp3", "libsndfile1", 0.1), ("lossy.ogg", "libsndfile1", 0.1),
        ("lossy.opus", "libsndfile1", 0.1), ("lossy.m4a", "ffmpeg", 0.15), ("lossy.webm", "ffmpeg", 0.1),
        ("lossy.aac", "ffmpeg", 0.15), ("adpcm.wav", "ffmpeg", 0.1),
    ]

    @Test(arguments: files)
    func foreignFormatsAreReadOrTheirPackageIsNamed(_ file: (name: String, package: String, tolerance: Float)) throws {
        let isInstalled = file.package == "ffmpeg" ? Self.hasFFmpeg : Self.hasFFmpeg || Self.hasLibsndfile
        let bytes = AudioBuffer(try AudioFixtures.bytes(file.name))
        guard isInstalled else { return try expectMissing(file, bytes, .installed) }
        let original = try AudioFixtures.read(AudioBuffer(try AudioFixtures.bytes("lossy.wav")))
        var samples = try AudioFixtures.read(bytes)
        // AAC in ADTS says nowhere how many samples its encoder put before the first.
        if file.name.hasSuffix(".aac") { samples.removeFirst(min(1024, samples.count)) }
        #expect(samples.count >= original.count && samples.count < original.count + 2048)
        let difference = rootMeanSquare(zip(samples, original).map { $0 - $1 })
        #expect(difference <= file.tolerance * rootMeanSquare(original), "\(file.name): \(difference)")
    }

    @Test(arguments: files)
    func withoutDecodersThePackageIsNamed(_ file: (name: String, package: String, tolerance: Float)) throws {
        try expectMissing(file, AudioBuffer(try AudioFixtures.bytes(file.name)), Self.none)
    }

    private func expectMissing(
        _ file: (name: String, package: String, tolerance: Float), _ bytes: AudioBuffer, _ codecs: AudioCodecs
    ) throws {
        let error = #expect(throws: AudioError.self) { try AudioReader(bytes, codecs: codecs, name: file.name) }
        #expect(error?.kind == .missingCodec(package: file.package))
        #expect(error?.message.contains("install the package \(file.package)") == true)
    }

    @Test func aDamagedFileIsRefusedWithTheDecodersWords() throws {
        for name in ["lossy.m4a", "lossy.opus"] where Self.hasFFmpeg {
            let error = #expect(throws: AudioError.self) {
                try AudioReader(AudioBuffer(Array(try AudioFixtures.bytes(name).prefix(40))))
            }
            #expect(error?.kind == .malformed)
        }
    }

    @Test func damageInAnMP3FileLosesNothingBehindItUnnoticed() throws {
        let mp3 = try AudioFixtures.bytes("lossy.mp3")
        let damaged = (0..<12).reduce(into: mp3) { bytes, index in
            bytes += (index == 0 ? [UInt8](repeating: 0, count: 3000) : []) + mp3.drop { $0 != 0xFF }
        }
        if Self.hasFFmpeg {
            #expect(try AudioFixtures.read(AudioBuffer(damaged)).count > 12 * 8000)
        }
        if Self.hasLibsndfile {
            let codecs = AudioCodecs(libsndfile: AudioCodecs.installed.libsndfile, ffmpeg: [])
            #expect(throws: AudioError.self) { try AudioFixtures.read(AudioBuffer(damaged), codecs: codecs) }
            #expect(try AudioFixtures.read(AudioBuffer(mp3), codecs: codecs).count == 8000)
        }
    }

    @Test func manyFilesAreDecodedAtOnce() async throws {
        guard Self.hasFFmpeg else { return }
        let bytes = AudioBuffer(try AudioFixtures.bytes("lossy.m4a"))
        let expected = try AudioFixtures.read(bytes)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for count in 1...16 { group.addTask { try AudioFixtures.read(bytes, upTo: 100 * count) == expected } }
            for try await isSame in group { #expect(isSame) }
        }
    }

    @Test func aReaderThatGoesAwayTakesItsProcessAndDescriptorsAlong() throws {
        let file = try AudioFile(path: AudioFixtures.path("lossy.m4a"))
        let before = numOpenDescriptors()
        for _ in 0..<5 where Self.hasFFmpeg {
            let reader = try AudioReader(file)
            #expect(try reader.read(upTo: 10).count == 10)
        }
        #expect(numOpenDescriptors() <= before + 16)  // tests beside this one open files too
        _ = try AudioFixtures.read(AudioBuffer(WAVBuilder().file))
    }

    @Test func aProgramIsEndedAndReapedAndItsWordsAreKept() throws {
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(input) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 8)
        defer { buffer.deallocate() }
        let script = "echo out; echo err >&2; exit 3"
        let process = try #require(ChildProcess("/bin/sh", ["-c", script], input: input))
        #expect(process.read(into: buffer, seconds: 60) == 4)
        #expect(process.read(into: buffer, seconds: 60) == 0)
        #expect(process.wait() == 3)
        #expect(process.message == "err\n")
        // Words without end neither stop the program nor fill our memory.
        let talker =
            "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done"
        let talking = try #require(ChildProcess("/bin/sh", ["-c", talker], input: input))
        #expect(talking.read(into: buffer, seconds: 60) == 0)
        #expect(talking.wait() == 0)
        #expect(talking.message.utf8.count == 2048)
        // One that says nothing is given up, and killed when its object goes away.
        let silent = try #require(ChildProcess("/bin/sh", ["-c", "exec sleep 1000"], input: input))
        #expect(silent.read(into: buffer, seconds: 0) == nil)
        #expect(ChildProcess("/no/such/program", [], input: input) == nil)
    }

    private func numOpenDescriptors() -> Int { (0..<1024).filter { fcntl(Int32($0), F_GETFD) >= 0 }.count }

    private func rootMeanSquare(_ samples: [Float]) -> Float {
        (samples.reduce(0) { $0 + $1 * $1 } / Float(samples.count)).squareRoot()
    }
}
