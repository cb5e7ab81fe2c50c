/// Decodes whatever the program ffmpeg reads, in a process of its own.
///
/// The demuxer is forced to the format the file was recognised as and may open nothing but its input: formats that
/// name other files (playlists) cannot reach the disk or the network.
final class FFmpegDecoder: PCMDecoder {
    let format: AudioFormat

    private let process: ChildProcess
    private let file: SpooledFile
    private let container: String
    private let stored: UnsafeMutableRawBufferPointer
    /// Bytes in `stored` that have not been read yet.
    private var ready = 0..<0

    private static let bufferSize = 1 << 16
    /// A program that decodes far faster than it plays and says nothing for so long is stuck.
    private static let maxSilence: Int32 = 60

    /// Starts the program and reads the header it writes.
    ///
    /// **Throws** `malformed` with ffmpeg's message when it cannot decode the file; `missingCodec` when it cannot run.
    init(_ bytes: any AudioBytes, program: String, demuxer: String, container: String) throws(AudioError) {
        let file = try SpooledFile(bytes)
        self.file = file
        self.container = container
        guard let process = ChildProcess(program, Self.arguments(demuxer: demuxer), input: file.descriptor) else {
            throw AudioError(.missingCodec(package: "ffmpeg"), "\(container) needs ffmpeg, and \(program) does not run")
        }
        self.process = process
        let stored = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
        self.stored = stored
        do throws(AudioError) {
            let (header, rest) = try Self.readHeader(from: process, stored, container: container)
            format = AudioFormat(
                container: container, codec: "by ffmpeg", sampleRate: header.sampleRate, channels: header.channels,
                frameCount: nil)
            ready = rest
        } catch {
            stored.deallocate()
            throw error
        }
    }

    deinit { stored.deallocate() }

    /// The samples are asked for as a Sun audio file: its header has no sizes to fill in afterwards.
    private static func arguments(demuxer: String) -> [String] {
        [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-max_alloc", "268435456",
            "-protocol_whitelist", "file,fd", "-f", demuxer, "-i", "file:/dev/fd/0", "-map", "0:a:0", "-vn", "-sn",
            "-dn", "-map_metadata", "-1", "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
        ]
    }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int {
        let bytesPerFrame = 4 * format.channels
        while ready.count < bytesPerFrame {
            let count = try Self.readMore(from: process, stored, &ready, container: container)
            if count == 0 { return try finish() }
        }
        let frames = min(ready.count / bytesPerFrame, buffer.count / format.channels)
        for index in 0..<(frames * format.channels) {
            let bits = stored.loadUnaligned(fromByteOffset: ready.lowerBound + 4 * index, as: UInt32.self)
            buffer[index] = Float(bitPattern: UInt32(bigEndian: bits))
        }
        ready = (ready.lowerBound + frames * bytesPerFrame)..<ready.upperBound
        return frames
    }

    /// The end, when the program ended well.
    private func finish() throws(AudioError) -> Int {
        if process.wait() == 0 { return 0 }
        throw Self.failure(process, container)
    }

    private static func failure(_ process: ChildProcess, _ container: String) -> AudioError {
        _ = process.wait()
        let lines = process.message.split(separator: "\n").suffix(3).joined(separator: "; ")
        return AudioError(
            .malformed, "\(container): ffmpeg cannot decode it: \(lines.isEmpty ? "it was ended" : lines)")
    }

    /// Moves what is ready to the front and reads on; returns how many bytes came.
    private static func readMore(
        from process: ChildProcess, _ stored: UnsafeMutableRawBufferPointer, _ ready: inout Range<Int>,
        container: String
    ) throws(AudioError) -> Int {
        stored.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[ready]))
        ready = 0..<ready.count
        let room = UnsafeMutableRawBufferPointer(rebasing: stored[ready.upperBound...])
        guard let count = process.read(into: room, seconds: maxSilence) else {
            throw AudioError(.malformed, "\(container): ffmpeg has written nothing for \(maxSilence) seconds")
        }
        ready = 0..<(ready.upperBound + count)
        return count
    }

    /// **Source** the header of Sun audio files: ".snd", offset of the samples, their size, coding, rate, channels.
    private static func readHeader(
        from process: ChildProcess, _ stored: UnsafeMutableRawBufferPointer, container: String
    ) throws(AudioError) -> (header: (sampleRate: Int, channels: Int), rest: Range<Int>) {
        var ready = 0..<0
        var start = 24
        while ready.count < start {
            if try readMore(from: process, stored, &ready, container: container) == 0 {
                throw failure(process, container)
            }
            if ready.count >= 8 { start = max(24, field(1, of: stored)) }
            if start > stored.count / 2 { throw failure(process, container) }
        }
        return ((field(4, of: stored), field(5, of: stored)), start..<ready.upperBound)
    }

    private static func field(_ index: Int, of header: UnsafeMutableRawBufferPointer) -> Int {
        Int(UInt32(bigEndian: header.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
    }
}
