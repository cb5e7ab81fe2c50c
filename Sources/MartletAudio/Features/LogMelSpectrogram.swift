/// The log-mel features Whisper's encoder reads: a row for each 10 ms of a window of 30 s.
///
/// Hann window of 400 samples every 160, power spectrum, Slaney mel filters, log10 of at least 1e-10, nothing further
/// than 8 below the window's own maximum, `(x + 4) / 4`.
/// **Source** transformers `WhisperFeatureExtractor`, openai-whisper `log_mel_spectrogram`; within 1e-4 of them (they
/// compute in single precision too: what is a hundred-millionth of the loudest is rounded in the fifth decimal).
public struct LogMelSpectrogram: Sendable {
    /// Rows of a window.
    public static let framesPerWindow = 3000
    /// Samples of a window: 30 s at 16 kHz.
    public static let samplesPerWindow = 480_000
    /// Samples from one row to the next.
    public static let hopLength = 160

    /// Values in a row: 80, and 128 since large-v3.
    public let numMelBins: Int
    private let filters: MelFilterBank
    private let transform: FrameTransform

    /// Prepares the filters of `numMelBins` bins.
    public init(numMelBins: Int) {
        self.numMelBins = numMelBins
        filters = MelFilterBank(numMelBins: numMelBins)
        transform = FrameTransform()
    }

    /// The features of a window.
    ///
    /// Samples that are not numbers count as silence. The time it takes grows with the samples given, not with 30 s.
    /// - Parameter samples: 16 kHz mono; zeros follow up to 480,000 samples and what is beyond them is not read.
    /// - Returns: `[3000, numMelBins]`, row-major.
    public func features(of samples: [Float]) -> [Float] {
        let frames = Self.framesPerWindow
        return [Float](unsafeUninitializedCapacity: frames * numMelBins) { rows, count in
            let floor = logMel(of: samples, into: rows) - 8
            for index in 0..<rows.count {
                let value = rows[index]
                rows[index] = ((value < floor ? floor : value) + 4) * 0.25
            }
            count = frames * numMelBins
        }
    }

    /// Writes every row's log10 and returns the largest.
    private func logMel(of samples: [Float], into rows: UnsafeMutableBufferPointer<Float>) -> Float {
        // A frame reads 200 samples before its centre: those from here on see zeros only.
        let count = min(samples.count, Self.samplesPerWindow)
        let heard = count == 0 ? 0 : min(Self.framesPerWindow, (count + 199) / Self.hopLength + 1)
        var maximum: Float = -10
        samples.withUnsafeBufferPointer { samples in
            maximum = transform.logMel(
                of: UnsafeBufferPointer(rebasing: samples[0..<count]), frames: heard, filters: filters, into: rows)
        }
        rows[(heard * numMelBins)...].update(repeating: -10)
        return maximum
    }
}
