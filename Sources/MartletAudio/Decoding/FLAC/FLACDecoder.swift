/// Decodes native FLAC files, bit for bit.
///
/// A damaged frame is an error. A file cut short is decoded as far as it has whole frames.
final class FLACDecoder: PCMDecoder {
    let format: AudioFormat

    private let info: FLACStreamInfo
    private let window: ByteWindow
    private var frame: FLACFrame
    /// The first sample of the block that has not been read.
    private var next = 0
    private var numFramesDecoded = 0

    private static let windowSize = 1 << 16
    /// Only damaged frames are larger: 8 channels of 65,536 samples of 33 bits take 2.1 MiB, and their headers little.
    private static let maxFrameBytes = 3 << 20

    /// Reads the metadata of a file whose "fLaC" mark is at `start`.
    init(_ bytes: any AudioBytes, start: Int) throws(AudioError) {
        info = try FLACStreamInfo(bytes, start: start)
        window = ByteWindow(bytes, offset: info.firstFrame)
        frame = FLACFrame(of: info)
        format = AudioFormat(
            container: "FLAC", codec: "FLAC \(info.bitsPerSample) bit", sampleRate: info.sampleRate,
            channels: info.channels, frameCount: info.frameCount)
    }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int {
        if next == frame.blockSize {
            guard try decodeFrame() else { return 0 }
            next = 0
        }
        let count = min(frame.blockSize - next, buffer.count / info.channels)
        frame.copy(from: next, count: count, into: buffer)
        next += count
        return count
    }

    /// Decodes the next frame; false when there is none.
    private func decodeFrame() throws(AudioError) -> Bool {
        // With room for the largest frame a second try, with more bytes, is hardly ever needed.
        let expected = min(max(info.maxFrameBytes ?? 0, Self.windowSize / 4), Self.maxFrameBytes)
        if window.count < expected { try window.fill(max(expected, Self.windowSize)) }
        while true {
            var found: FLACFault?
            do throws(FLACFault) {
                try frame.decode(window.bits)
            } catch {
                found = error
            }
            guard let fault = found else { break }
            if fault == .overrun, !window.isAtEnd, window.count < Self.maxFrameBytes {
                try window.fill(2 * window.count)
            } else if isEnd(fault) {
                return false
            } else {
                throw malformed(fault)
            }
        }
        window.advance(by: frame.numBytes)
        numFramesDecoded += frame.blockSize
        return true
    }

    /// Whether a fault only shows that there are no more frames: the last one is cut short, or something else follows.
    private func isEnd(_ fault: FLACFault) -> Bool {
        if fault == .overrun { return window.count <= info.maxFrameBytes ?? Self.maxFrameBytes }
        if window[0] == 0xFF, window[1] & 0xFE == 0xF8 { return false }
        let isComplete = info.frameCount.map { numFramesDecoded >= $0 } ?? false
        return isComplete || window.starts(with: "TAG") || window.starts(with: "APETAGEX")
    }

    private func malformed(_ fault: FLACFault) -> AudioError {
        let seconds = (Double(numFramesDecoded) / Double(info.sampleRate) * 1000).rounded() / 1000
        var what = "it is larger than any frame can be"
        if case .malformed(let message) = fault { what = message }
        return AudioError(
            .malformed, "FLAC: the frame at byte \(window.offset), \(seconds) s into the audio, is damaged: \(what)")
    }
}
