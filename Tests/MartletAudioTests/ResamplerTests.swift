import Foundation
import Testing

@testable import MartletAudio

@Suite struct ResamplerTests {
    private func resample(_ samples: [Float], from rate: Int, pieces: Int = .max) -> [Float] {
        var resampler = Resampler(from: rate, to: 16_000)
        var output: [Float] = []
        var rest = samples[...]
        while !rest.isEmpty {
            Array(rest.prefix(pieces)).withUnsafeBufferPointer { resampler.push($0, into: &output) }
            rest = rest.dropFirst(pieces)
        }
        resampler.finish(into: &output)
        return output
    }

    private static let rates = [1000, 8000, 11_025, 22_050, 32_000, 44_100, 44_101, 48_000, 96_000, 767_999, 768_000]

    @Test(arguments: rates)
    func aChirpComesOutWhereItBelongs(_ rate: Int) {
        let highest = 0.9 * Double(min(rate, 16_000)) / 2
        func chirp(_ time: Double) -> Float { Float(0.5 * sin(2 * .pi * highest * time * time)) }
        let output = resample((0..<(rate / 2)).map { chirp(Double($0) / Double(rate)) }, from: rate)
        #expect(output.count == 8000 || rate % 2 == 1 && (7999...8001).contains(output.count))
        // Not at the ends, where the sound begins and ends at once; the filter is as long as 160 periods of the rate.
        let margin = 80 * 16_000 / min(rate, 16_000)
        var worst: Float = 0
        for index in margin..<(8000 - margin) {
            worst = max(worst, abs(output[index] - chirp(Double(index) / 16_000)))
        }
        #expect(worst < 1e-5, "\(rate): \(worst)")
    }

    @Test(arguments: [22_050, 44_100, 48_000, 96_000, 44_101])
    func whatIsAboveTheNewBandIsGone(_ rate: Int) {
        for frequency in [8010.0, 9000, 0.49 * Double(rate)] where frequency < Double(rate) / 2 {
            let tone = (0..<rate).map { Float(sin(2 * .pi * frequency * Double($0) / Double(rate))) }
            let output = resample(tone, from: rate)[200..<15_800]
            #expect((output.map { abs($0) }.max() ?? 1) < 1.5e-5, "\(rate): \(frequency) Hz")
        }
    }

    @Test func lengthsAreRoundedAsSoxrRoundsThem() {
        let lengths = [
            (11_025, 3, 4), (11_025, 1001, 1453), (22_050, 3, 2), (44_100, 1, 0), (44_100, 2, 1),
            (44_100, 44_101, 16_000),
            (48_000, 1001, 334), (768_000, 44_101, 919), (1000, 3, 48), (44_101, 5000, 1814), (8000, 1001, 2002),
        ]
        for (rate, input, output) in lengths {
            #expect(resample(Array(repeating: 0.5, count: input), from: rate).count == output, "\(rate): \(input)")
        }
    }

    @Test(arguments: [44_100, 11_025, 16_001, 767_999])
    func theResultDoesNotDependOnThePieces(_ rate: Int) {
        var random = SystemRandomNumberGenerator()
        let samples = (0..<9000).map { _ in Float.random(in: -1...1, using: &random) }
        let whole = resample(samples, from: rate)
        for pieces in [1, 7, 4096] { #expect(resample(samples, from: rate, pieces: pieces) == whole) }
    }

    @Test func aVectorisedRowIsThePlainSum() {
        let filter = ResamplingFilter(from: 44_100, to: 16_000, numPhases: 160)
        let samples = (0..<filter.numTaps).map { Float(($0 * 7919) % 1000) / 500 - 1 }
        // A row is read back with a sample of 1 at each place.
        for phase in [0, 1, 159, 160] {
            var sum = 0.0
            for tap in samples.indices {
                var one = [Float](repeating: 0, count: filter.numTaps)
                one[tap] = 1
                sum += Double(filter.apply(phase, to: one)) * Double(samples[tap])
            }
            #expect(abs(sum - Double(filter.apply(phase, to: samples))) < 1e-6)
        }
    }

    @Test func besselsFunctionHasItsKnownValues() {
        #expect(besselI0(0) == 1)
        #expect(abs(besselI0(1) / 1.2660658777520084 - 1) < 1e-15)
        #expect(abs(besselI0(10) / 2815.716628466254 - 1) < 1e-14)
    }
}
