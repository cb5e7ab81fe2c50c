/// How much audio is taken at most; what is over a limit is refused with `AudioError.Kind.tooLarge`.
///
/// Duration and decoded bytes are counted while decoding, so a header that tells lies does not help.
public struct AudioLimits: Hashable, Sendable {
    /// The most bytes of a file.
    public var maxFileBytes: Int
    /// The longest audio, in seconds.
    public var maxDuration: Double
    /// The most bytes of decoded samples (4 a channel), counted but never held at once.
    public var maxDecodedBytes: Int
    /// The highest sample rate, in Hz.
    public var maxSampleRate: Int
    /// The most channels.
    public var maxChannels: Int

    /// Limits that let hours of ordinary recordings through: 2 GiB, 6 hours, 32 GiB decoded, 768 kHz, 64 channels.
    public init(
        maxFileBytes: Int = 2 << 30, maxDuration: Double = 6 * 3600, maxDecodedBytes: Int = 32 << 30,
        maxSampleRate: Int = 768_000, maxChannels: Int = 64
    ) {
        self.maxFileBytes = maxFileBytes
        self.maxDuration = maxDuration
        self.maxDecodedBytes = maxDecodedBytes
        self.maxSampleRate = maxSampleRate
        self.maxChannels = maxChannels
    }

    /// The lowest sample rate: below it there is no speech to be heard, and one sample would become very many.
    static let minSampleRate = 1000
}

extension AudioLimits {
    /// Refuses a format outside the limits, as its header tells it.
    func check(_ format: AudioFormat) throws(AudioError) {
        guard format.channels > 0 else {
            throw AudioError(.malformed, "\(format.container): the header says 0 channels")
        }
        if format.channels > maxChannels {
            throw AudioError(.tooLarge, "\(format.channels) channels; at most \(maxChannels) are accepted")
        }
        guard format.sampleRate > 0 else {
            throw AudioError(
                .malformed, "\(format.container): the header says a sample rate of \(format.sampleRate) Hz")
        }
        if format.sampleRate > maxSampleRate {
            throw AudioError(
                .tooLarge, "a sample rate of \(format.sampleRate) Hz; at most \(maxSampleRate) Hz are accepted")
        }
        if format.sampleRate < Self.minSampleRate {
            throw AudioError(
                .unsupported,
                "a sample rate of \(format.sampleRate) Hz; at least \(Self.minSampleRate) Hz are needed")
        }
        if let frameCount = format.frameCount { try check(frameCount: frameCount, of: format) }
    }

    /// Refuses more frames of a format than the limits allow.
    func check(frameCount: Int, of format: AudioFormat) throws(AudioError) {
        if Double(frameCount) > maxDuration * Double(format.sampleRate) {
            throw AudioError(.tooLarge, "the audio is longer than \(maxDuration) seconds, the most that is accepted")
        }
        let (bytes, overflow) = frameCount.multipliedReportingOverflow(by: 4 * format.channels)
        if overflow || bytes > maxDecodedBytes {
            throw AudioError(
                .tooLarge, "the audio decodes to more than \(maxDecodedBytes) bytes, the most that is accepted")
        }
    }
}
