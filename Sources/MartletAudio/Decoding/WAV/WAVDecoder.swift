/// Decodes WAV files: PCM of 8 to 32 bits, float, A-law and mu-law.
final class WAVDecoder: PCMDecoder {
    let format: AudioFormat

    private let bytes: any AudioBytes
    private let header: WAVHeader
    private var offset: Int
    private let stored: UnsafeMutableRawBufferPointer

    /// The most bytes read at once, and room for at least one frame of 65,535 channels.
    private static let bufferSize = 1 << 20

    /// Reads the header; see `WAVHeader`.
    init(_ bytes: any AudioBytes) throws(AudioError) {
        let header = try WAVHeader(bytes)
        self.bytes = bytes
        self.header = header
        offset = header.data.lowerBound
        format = AudioFormat(
            container: "WAV", codec: header.coding.name, sampleRate: header.sampleRate, channels: header.channels,
            frameCount: header.frameCount)
        stored = .allocate(byteCount: Self.bufferSize, alignment: 16)
    }

    deinit { stored.deallocate() }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int {
        let wanted = min(
            buffer.count / header.channels, stored.count / header.blockAlign,
            (header.data.upperBound - offset) / header.blockAlign)
        let part = UnsafeMutableRawBufferPointer(rebasing: stored[..<(wanted * header.blockAlign)])
        let frames = try bytes.read(at: offset, into: part) / header.blockAlign
        guard frames > 0, let start = part.baseAddress else { return 0 }
        offset += frames * header.blockAlign
        header.coding.decode(start, into: .init(rebasing: buffer[..<(frames * header.channels)]))
        return frames
    }
}
