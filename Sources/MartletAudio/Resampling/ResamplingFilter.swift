#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A low-pass filter of linear phase, cut up by the fractions of an input sample at which it is evaluated.
///
/// A Kaiser-windowed sinc, flat to 0.91 of the lower of both Nyquist frequencies and 105 dB down from that frequency on.
/// **Source** J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974: `beta` and
/// the length from the attenuation and the transition band.
final class ResamplingFilter {
    /// Coefficients of a row, a multiple of 16.
    let numTaps: Int
    /// The fractions of an input sample at which there is a row: k / numPhases.
    let numPhases: Int

    /// `[numPhases + 1, numTaps]`: the last row is for the fraction 1, so that every row has a next one.
    private let coefficients: UnsafeMutablePointer<Float>

    private static let passband = 0.91
    private static let attenuation = 105.0

    /// A filter between two rates with a row for each of `numPhases` fractions.
    init(from inputRate: Int, to outputRate: Int, numPhases: Int) {
        let lowerRate = Double(min(inputRate, outputRate))
        let numTaps = Self.numTaps(from: inputRate, to: outputRate)
        self.numTaps = numTaps
        self.numPhases = numPhases
        coefficients = .allocate(capacity: (numPhases + 1) * numTaps)
        // The cut lies in the middle of the transition band; in cycles per input sample, times two.
        let cutoff = (1 + Self.passband) / 2 * lowerRate / Double(inputRate)
        let beta = 0.1102 * (Self.attenuation - 8.7)
        let scale = cutoff / besselI0(beta)
        let half = Double(numTaps / 2)
        for phase in 0...numPhases {
            let row = coefficients + phase * numTaps
            let first = Double(phase) / Double(numPhases) + half - 1
            for tap in 0..<numTaps {
                let time = first - Double(tap)
                let inside = max(0, 1 - (time / half) * (time / half))
                row[tap] = Float(scale * sinc(cutoff * time) * besselI0(beta * inside.squareRoot()))
            }
        }
    }

    deinit { coefficients.deallocate() }

    /// How many coefficients a row between two rates needs.
    static func numTaps(from inputRate: Int, to outputRate: Int) -> Int {
        let lowerRate = Double(min(inputRate, outputRate))
        let transition = Double.pi * (1 - passband) * lowerRate / Double(inputRate)
        return (Int((attenuation - 7.95) / (2.285 * transition)) / 16 + 1) * 16
    }

    /// The sum of `numTaps` samples, each times the coefficient of a row.
    func apply(_ phase: Int, to samples: UnsafePointer<Float>) -> Float {
        let row = UnsafeRawPointer(coefficients + phase * numTaps)
        let samples = UnsafeRawPointer(samples)
        var even = SIMD8<Float>.zero
        var odd = SIMD8<Float>.zero
        for offset in stride(from: 0, to: 4 * numTaps, by: 64) {
            even +=
                row.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                * samples.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            odd +=
                row.loadUnaligned(fromByteOffset: offset + 32, as: SIMD8<Float>.self)
                * samples.loadUnaligned(fromByteOffset: offset + 32, as: SIMD8<Float>.self)
        }
        return (even + odd).sum()
    }
}

/// sin(πx) / πx.
private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }

/// The modified Bessel function of the first kind and order 0, by its power series.
func besselI0(_ x: Double) -> Double {
    let quarter = x * x / 4
    var term = 1.0
    var sum = 1.0
    var k = 1.0
    while term > sum * 1e-17 {
        term *= quarter / (k * k)
        sum += term
        k += 1
    }
    return sum
}
