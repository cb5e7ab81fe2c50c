#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Silero VAD v5 and v6: a short Fourier transform, four convolutions, an LSTM.
///
/// Each frame is heard together with the 64 samples before it.
/// **Source** silero-vad `OnnxWrapper.__call__` and its network; the files are those whisper.cpp reads (which leaves the
/// 64 samples out and reflects the frame instead).
public struct SileroVoiceActivityDetector: VoiceActivityDetector {
    /// Samples in a frame.
    public var frameLength: Int { 512 }
    private static let contextLength = 64

    private let weights: SileroWeights
    private var context = [Float](repeating: 0, count: contextLength)
    private var cell = [Float](repeating: 0, count: 128)
    private var hidden = [Float](repeating: 0, count: 128)

    /// Reads the weights.
    /// - Parameter ggmlFile: The bytes of a file like `ggml-silero-v6.2.0.bin`.
    /// - Throws: `.malformed` for a truncated or contradictory file, `.unsupported` for another network.
    public init(ggmlFile: UnsafeRawBufferPointer) throws(AudioError) {
        weights = try SileroWeights(SileroFile(ggmlFile))
    }

    /// Reads the weights from bytes held in an array.
    /// - Throws: `.malformed` for a truncated or contradictory file, `.unsupported` for another network.
    public init(ggmlFile: [UInt8]) throws(AudioError) {
        let result = ggmlFile.withUnsafeBytes { bytes in
            Result { () throws(AudioError) in try SileroVoiceActivityDetector(ggmlFile: bytes) }
        }
        self = try result.get()
    }

    /// The probability, 0 to 1, that the next frame of the stream holds speech.
    public mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Scratch.count) { scratch in
            guard let base = scratch.baseAddress else { return 0 }
            let scratch = Scratch(base)
            listen(to: frame, scratch)
            magnitudes(scratch)
            encode(scratch)
            return remember(scratch)
        }
    }

    /// Forgets the stream so far.
    public mutating func reset() {
        for index in context.indices { context[index] = 0 }
        for index in 0..<128 { (cell[index], hidden[index]) = (0, 0) }
    }

    /// Context, frame and the reflection of its last 64 samples.
    private mutating func listen(to frame: UnsafeBufferPointer<Float>, _ scratch: Scratch) {
        let signal = scratch.signal
        for index in 0..<Self.contextLength { signal[index] = context[index] }
        for index in 0..<frameLength {
            let sample = index < frame.count ? frame[index] : 0
            signal[64 + index] = sample.magnitude <= 1e6 ? sample : 0
        }
        for index in 0..<Self.contextLength {
            signal[576 + index] = signal[574 - index]
            context[index] = signal[512 + index]
        }
    }

    /// Four spectra of 256 samples, 128 apart: `channels[129][1 + 4 + 1]`, between columns of zeros.
    private func magnitudes(_ scratch: Scratch) {
        weights.stft.applyToFour(scratch.signal, inputStride: 1, columnOffset: 128, into: scratch.products)
        for bin in 0..<129 {
            let row = scratch.channels + bin * 6
            (row[0], row[5]) = (0, 0)
            for column in 0..<4 {
                let spectrum = scratch.products + column * weights.stft.numOutputs
                let (re, im) = (spectrum[bin], spectrum[129 + bin])
                row[column + 1] = (re * re + im * im).squareRoot()
            }
        }
    }

    /// The convolutions: four columns, then two, then one and one; the last result is the LSTM's input.
    private func encode(_ scratch: Scratch) {
        // Neighbouring columns of a channel are the three taps: unfold them, input by input.
        for channel in 0..<129 {
            for tap in 0..<3 {
                for column in 0..<4 {
                    scratch.unfolded[(3 * channel + tap) * 4 + column] = scratch.channels[channel * 6 + tap + column]
                }
            }
        }
        weights.encoder[0].applyToFour(scratch.unfolded, inputStride: 4, columnOffset: 1, into: scratch.products)
        // Columns 0 and 2 of the first result, each with its neighbours.
        for column in 0..<2 {
            unfold(scratch.products, channels: 128, columns: 4, at: 2 * column, scratch.unfolded)
            weights.encoder[1].apply(scratch.unfolded, into: scratch.channels + 64 * column)
        }
        unfold(scratch.channels, channels: 64, columns: 2, at: 0, scratch.unfolded)
        weights.encoder[2].apply(scratch.unfolded, into: scratch.products)
        unfold(scratch.products, channels: 64, columns: 1, at: 0, scratch.unfolded)
        weights.encoder[3].apply(scratch.unfolded, into: scratch.products)
    }

    /// Lays a column of `[columns, channels]` and its neighbours side by side, negative values as zeros.
    private func unfold(
        _ values: UnsafeMutablePointer<Float>, channels: Int, columns: Int, at column: Int,
        _ target: UnsafeMutablePointer<Float>
    ) {
        for tap in 0..<3 {
            let source = column + tap - 1
            for channel in 0..<channels {
                let inside = source >= 0 && source < columns
                target[3 * channel + tap] = inside ? max(0, values[source * channels + channel]) : 0
            }
        }
    }

    /// The LSTM and the probability.
    private mutating func remember(_ scratch: Scratch) -> Float {
        for index in 0..<128 {
            scratch.unfolded[index] = max(0, scratch.products[index])
            scratch.unfolded[128 + index] = hidden[index]
        }
        weights.lstm.apply(scratch.unfolded, into: scratch.products)
        func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
        var sum = weights.outputBias
        for index in 0..<128 {
            let gates = scratch.products + index
            let kept = sigmoid(gates[128]) * cell[index]
            cell[index] = kept + sigmoid(gates[0]) * tanh(gates[256])
            hidden[index] = sigmoid(gates[384]) * tanh(cell[index])
            sum += max(0, hidden[index]) * weights.output[index]
        }
        return sigmoid(sum)
    }

    /// Working memory of one frame.
    private struct Scratch {
        static let count = 640 + 6 * 129 + 4 * 264 + 4 * 387

        /// 640 samples.
        let signal: UnsafeMutablePointer<Float>
        /// `[129, 6]`.
        let channels: UnsafeMutablePointer<Float>
        /// `[4, 264]`.
        let products: UnsafeMutablePointer<Float>
        /// `[387, 4]`.
        let unfolded: UnsafeMutablePointer<Float>

        init(_ base: UnsafeMutablePointer<Float>) {
            signal = base
            channels = signal + 640
            products = channels + 6 * 129
            unfolded = products + 4 * 264
        }
    }
}
