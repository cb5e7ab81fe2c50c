/// Reads an audio file as 16 kHz mono, a piece at a time, whatever its format.
///
/// Several channels become their mean. The file is known by its content, never by its name.
/// **Memory** one piece of the decoded file, some MB at most, however long the file is.
/// **Threading** one thread at a time.
public final class AudioReader {
    /// The sample rate of what is read, in Hz.
    public static let sampleRate = 16_000

    /// What the file is.
    public var format: AudioFormat { decoder.format }

    private let decoder: any PCMDecoder
    private let limits: AudioLimits
    private let name: String?
    private let channels: Int
    private let frames: UnsafeMutableBufferPointer<Float>
    private let mono: UnsafeMutableBufferPointer<Float>
    private var resampler: Resampler?
    private var numFramesDecoded = 0
    private var isAtEnd = false
    /// What is ready to be read, from `pendingStart` on.
    private var pending: [Float] = []
    private var pendingStart = 0

    private static let framesPerPiece = 4096

    /// The largest magnitude of a sample: far over full scale (1), and far from where sums of squares overflow.
    private static let maxMagnitude: Float = 0x1p31

    /// Opens a file and decodes its first piece.
    ///
    /// - Parameters:
    ///   - codecs: where decoders for other formats than WAV and FLAC are looked for.
    ///   - name: what errors call the file, if anything.
    /// **Throws** `unsupported` for content nobody here decodes, `malformed` for a file that breaks its format's rules
    /// or holds no samples, `tooLarge` when it is over a limit, `missingCodec` when its decoder is not installed.
    public init(
        _ bytes: any AudioBytes, limits: AudioLimits = AudioLimits(), codecs: AudioCodecs = .installed,
        name: String? = nil
    ) throws(AudioError) {
        let decoder: any PCMDecoder
        do throws(AudioError) {
            decoder = try openDecoder(of: bytes, limits: limits, codecs: codecs)
            try limits.check(decoder.format)
        } catch {
            throw error.naming(name)
        }
        let format = decoder.format
        self.decoder = decoder
        self.limits = limits
        self.name = name
        channels = format.channels
        frames = .allocate(capacity: Self.framesPerPiece * format.channels)
        mono = .allocate(capacity: Self.framesPerPiece)
        if format.sampleRate != Self.sampleRate {
            resampler = Resampler(from: format.sampleRate, to: Self.sampleRate)
        }
        try decodePiece()
        if numFramesDecoded == 0 {
            throw AudioError(.malformed, "\(format.container): the file holds no samples").naming(name)
        }
    }

    deinit {
        frames.deallocate()
        mono.deallocate()
    }

    /// The next samples; fewer than `count` only at the end, and none after it.
    ///
    /// **Throws** `malformed` where the file turns out damaged or a sample is not finite, `tooLarge` where it gets
    /// longer than the limits allow.
    public func read(upTo count: Int) throws(AudioError) -> [Float] {
        var samples: [Float] = []
        while samples.count < count {
            let taken = min(count - samples.count, pending.count - pendingStart)
            samples.append(contentsOf: pending[pendingStart..<(pendingStart + taken)])
            pendingStart += taken
            if pendingStart < pending.count || isAtEnd { break }
            try decodePiece()
        }
        return samples
    }

    /// Replaces `pending`, which has been read whole, by the next samples.
    private func decodePiece() throws(AudioError) {
        pending.removeAll(keepingCapacity: true)
        pendingStart = 0
        while pending.isEmpty, !isAtEnd {
            do throws(AudioError) {
                let numFrames = try decoder.read(into: frames)
                numFramesDecoded += numFrames
                try limits.check(frameCount: numFramesDecoded, of: decoder.format)
                let piece = UnsafeMutableBufferPointer(rebasing: mono[..<numFrames])
                downmix(UnsafeBufferPointer(frames), channels: channels, into: piece)
                try checkMagnitudes(of: piece)
                append(UnsafeBufferPointer(piece))
                isAtEnd = numFrames == 0
            } catch {
                isAtEnd = true
                throw error.naming(name)
            }
        }
    }

    private func append(_ piece: UnsafeBufferPointer<Float>) {
        guard resampler != nil else { return pending.append(contentsOf: piece) }
        if piece.isEmpty {
            resampler?.finish(into: &pending)
        } else {
            resampler?.push(piece, into: &pending)
        }
    }

    private func checkMagnitudes(of piece: UnsafeMutableBufferPointer<Float>) throws(AudioError) {
        var numOutside = 0
        for sample in piece where !(sample.magnitude <= Self.maxMagnitude) { numOutside += 1 }
        if numOutside == 0 { return }
        let first = numFramesDecoded - piece.count
        throw AudioError(
            .malformed,
            "\(numOutside) samples after frame \(first) are infinite, not a number or beyond any volume; "
                + "full scale is -1 to 1")
    }
}

extension AudioError {
    /// The error with the name of the file before its message.
    fileprivate func naming(_ name: String?) -> AudioError {
        name.map { AudioError(kind, "\($0): \(message)") } ?? self
    }
}
