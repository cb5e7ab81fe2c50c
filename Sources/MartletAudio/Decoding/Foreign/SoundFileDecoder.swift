/// Decodes whatever libsndfile reads.
final class SoundFileDecoder: PCMDecoder {
    let format: AudioFormat

    private let library: SoundFileLibrary
    private let source: SoundFileSource
    private let file: OpaquePointer

    /// SFM_READ of `sndfile.h`.
    private static let modeRead: Int32 = 0x10

    /// Opens a file.
    ///
    /// **Throws** `malformed` with libsndfile's message when it cannot.
    init(_ bytes: any AudioBytes, library: SoundFileLibrary, container: String, codec: String) throws(AudioError) {
        let source = SoundFileSource(bytes)
        // SF_INFO: sf_count_t frames; int samplerate, channels, format, sections, seekable.
        let info = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
        defer { info.deallocate() }
        info.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
        let file = SoundFileCallbacks.with { callbacks in
            library.open(callbacks, Self.modeRead, info, Unmanaged.passUnretained(source).toOpaque())
        }
        guard let file else {
            if let error = source.error { throw error }
            let message = library.describeError(nil).map { String(cString: $0) } ?? "unknown error"
            throw AudioError(.malformed, "\(container): libsndfile cannot read it: \(message)")
        }
        self.library = library
        self.source = source
        self.file = file
        let frames = info.load(as: Int64.self)
        format = AudioFormat(
            container: container, codec: codec, sampleRate: Int(info.load(fromByteOffset: 8, as: Int32.self)),
            channels: Int(info.load(fromByteOffset: 12, as: Int32.self)),
            // SF_COUNT_MAX stands for unknown.
            frameCount: frames > 0 && frames < .max ? Int(frames) : nil)
    }

    deinit { _ = library.close(file) }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        let frames = library.readFrames(file, start, Int64(buffer.count / format.channels))
        if let error = source.error { throw error }
        if frames <= 0 { try checkEnd() }
        return max(0, Int(frames))
    }

    /// Refuses an MP3 file whose decoder has given up before its end: nothing else would tell that words are lost.
    private func checkEnd() throws(AudioError) {
        guard format.container == "MP3", source.offset + Self.maxTagBytes < source.bytes.count else { return }
        throw AudioError(
            .malformed,
            "MP3: damaged before byte \(source.offset) of \(source.bytes.count), where libsndfile gives up; "
                + "ffmpeg, if it is installed, reads on")
    }

    /// What may follow the last frame: tags, rarely with pictures.
    private static let maxTagBytes = 1 << 14
}
