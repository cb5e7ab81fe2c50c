#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells speech from silence and steady noise by loudness, in five octaves from 250 Hz to 8 kHz; needs no weights.
///
/// Each band's noise floor is its quietest moment of the last four seconds. What lies above the floors, after taking off
/// what noise alone varies by, adds up over the bands: 2 dB give a probability of a half. It errs on the side of keeping:
/// music is speech to it, and so is everything in the first second, when no floor is known yet. A sound that stays the
/// same for longer than four seconds becomes noise; speech more than about 5 dB below such noise is not found.
public struct EnergyVoiceActivityDetector: VoiceActivityDetector {
    /// Samples in a frame.
    public var frameLength: Int { 512 }

    private typealias Bands = SIMD8<Float>

    /// Below this, in dB of full scale, nothing is heard: 10 dB above the rounding noise of 16 bits, spread over the bands.
    private static let silence: Float = -80
    /// Octaves looked at: 4-8 kHz, 2-4 kHz and so on; lower ones hold hum more than speech.
    private static let numBands = 5
    /// Four times the deviation of a noise band's energy in one frame, `10 / ln(10) * sqrt(2 / samples)` dB.
    private static let noiseRange = Bands(1.534, 2.170, 3.069, 4.340, 6.138, 0, 0, 0)
    /// Frames whose minimum is kept as one, how many of those are looked back at, and frames before the first floor.
    private static let framesPerMinimum = 16
    private static let numMinima = 8
    private static let warmup = 32

    private var numFrames = 0
    private var smoothed = Bands.zero
    private var current = Bands(repeating: .infinity)
    private var minima: [Bands] = []

    /// A detector at the start of a stream.
    public init() {}

    /// The probability, 0 to 1, that the next frame of the stream holds speech.
    public mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float {
        let energies = Self.energies(of: frame)
        smoothed = numFrames == 0 ? energies : (smoothed + energies) * 0.5
        let level = Self.decibels(smoothed)
        current.replace(with: level, where: level .< current)
        numFrames += 1
        if numFrames % Self.framesPerMinimum == 0 {
            minima.append(current)
            if minima.count > Self.numMinima { minima.removeFirst() }
            current = Bands(repeating: .infinity)
        }
        var floor = Bands(repeating: Self.silence)
        if numFrames > Self.warmup {
            floor = minima.reduce(current) { $0.replacing(with: $1, where: $1 .< $0) }
        }
        // The onset of a word shows in the frame itself, its quiet parts in the smoothed level.
        let now = Self.decibels(energies)
        let excess = level.replacing(with: now, where: now .> level) - floor - Self.noiseRange
        let score = excess.replacing(with: 0, where: .!(excess .> 0)).sum()
        return score / (score + 2)
    }

    /// Forgets the stream so far.
    public mutating func reset() { self = Self() }

    /// Mean squares of the octaves of a frame, from the highest down.
    private static func energies(of frame: UnsafeBufferPointer<Float>) -> Bands {
        var energies = Bands.zero
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 512) { samples in
            for index in 0..<512 {
                let sample = index < frame.count ? frame[index] : 0
                samples[index] = sample.magnitude <= 1e6 ? sample : 0
            }
            // Sums and differences of neighbours split off the upper octave (Haar's wavelet).
            var count = 512
            for band in 0..<numBands {
                count /= 2
                var sum: Float = 0
                for index in 0..<count {
                    let (even, odd) = (samples[2 * index], samples[2 * index + 1])
                    sum += (even - odd) * (even - odd)
                    samples[index] = (even + odd) * 0.707_106_77
                }
                energies[band] = sum / 1024
            }
        }
        return energies
    }

    private static func decibels(_ energies: Bands) -> Bands {
        var levels = Bands(repeating: silence)
        for band in 0..<numBands { levels[band] = 10 * log10(energies[band] + 1e-8) }
        return levels
    }
}
