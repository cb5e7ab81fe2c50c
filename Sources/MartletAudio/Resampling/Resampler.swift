/// Changes the sample rate of a signal given in pieces.
///
/// Output sample n lies at the time of input sample n * inputRate / outputRate: the delay of the filter is taken out.
/// Before and after the signal there is silence. N input samples become N * outputRate / inputRate, rounded to the
/// nearest, as soxr makes them. The result does not depend on how the signal is cut into pieces.
struct Resampler {
    private let filter: ResamplingFilter
    /// The step from an output sample to the next is `stepInput` input samples and `stepFraction / divisor` of one.
    private let divisor: Int
    private let stepInput: Int
    private let stepFraction: Int
    private let inputPerOutput: (numerator: Int, denominator: Int)

    /// Input from the first sample the next output needs.
    private var input: [Float]
    private var fraction = 0
    private var numPushed = 0
    private var numProduced = 0

    /// Rows of the filter are kept up to this many fractions of an input sample; for more of them each is mixed
    /// from the rows on both sides, which is 130 dB exact.
    private static let maxExactPhases = 1024
    private static let phasesOfMixing = 2048

    /// A resampler from one rate to another, both in Hz.
    init(from inputRate: Int, to outputRate: Int) {
        let divisor = greatestCommonDivisor(inputRate, outputRate)
        let numerator = inputRate / divisor
        let denominator = outputRate / divisor
        inputPerOutput = (numerator, denominator)
        self.divisor = denominator
        stepInput = numerator / denominator
        stepFraction = numerator % denominator
        var numPhases = denominator
        if denominator > Self.maxExactPhases {
            // The slower the filter moves in input samples, the fewer rows are as exact.
            numPhases = max(32, Self.phasesOfMixing * min(inputRate, outputRate) / inputRate)
        }
        filter = ResamplingFilter(from: inputRate, to: outputRate, numPhases: numPhases)
        input = Array(repeating: 0, count: filter.numTaps / 2 - 1)
    }

    /// Takes the next samples and appends what they complete.
    mutating func push(_ samples: UnsafeBufferPointer<Float>, into output: inout [Float]) {
        input.append(contentsOf: samples)
        numPushed += samples.count
        produce(into: &output, upTo: .max)
    }

    /// Appends what is left after the last sample.
    mutating func finish(into output: inout [Float]) {
        let (numerator, denominator) = inputPerOutput
        // Rounded without a product that could overflow: the whole periods first.
        let rest = numPushed % numerator
        let total = numPushed / numerator * denominator + (2 * rest * denominator + numerator) / (2 * numerator)
        input.append(contentsOf: repeatElement(0, count: filter.numTaps + stepInput + 1))
        produce(into: &output, upTo: total)
    }

    private mutating func produce(into output: inout [Float], upTo total: Int) {
        var first = 0
        input.withUnsafeBufferPointer { input in
            guard let start = input.baseAddress else { return }
            while first + filter.numTaps <= input.count, numProduced < total {
                output.append(value(at: start + first))
                numProduced += 1
                first += stepInput
                fraction += stepFraction
                if fraction >= divisor {
                    fraction -= divisor
                    first += 1
                }
            }
        }
        input.removeFirst(first)
    }

    /// The output sample whose filter begins at a sample, for the present fraction.
    private func value(at samples: UnsafePointer<Float>) -> Float {
        if filter.numPhases == divisor { return filter.apply(fraction, to: samples) }
        let (phase, rest) = (fraction * filter.numPhases).quotientAndRemainder(dividingBy: divisor)
        let weight = Float(rest) / Float(divisor)
        let lower = filter.apply(phase, to: samples)
        return lower + weight * (filter.apply(phase + 1, to: samples) - lower)
    }
}

/// The largest number that divides both.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
