import Foundation
import Testing

@testable import MartletAudio

@Suite struct LogMelSpectrogramTests {
    struct Filter: Decodable {
        var first: Int
        var weights: [Float]
    }

    struct Case: Decodable {
        struct Row: Decodable {
            var row: Int
            var values: [Float]
        }
        var name: String
        var bins: Int
        var mean: Double
        var rows: [Row]
    }

    @Test(arguments: [80, 128]) func filtersEqualTheReference(bins: Int) throws {
        let all = try FeatureFixtures.decode([String: [Filter]].self, "filters.json")
        let expected = try #require(all["\(bins)"])
        let bank = MelFilterBank(numMelBins: bins)
        #expect(bank.filters.count == expected.count)
        for (filter, reference) in zip(bank.filters, expected) {
            // Rounding decides whether a bin on the edge of a triangle has a weight of 0 or of next to nothing.
            var dense = [Float](repeating: 0, count: 202)
            for (offset, index) in filter.weights.enumerated() { dense[filter.firstBin + offset] = bank.weights[index] }
            for (offset, weight) in reference.weights.enumerated() { dense[reference.first + offset] -= weight }
            #expect(dense.allSatisfy { abs($0) < 1e-8 })
        }
    }

    @Test func featuresEqualTheReference() throws {
        let spectrograms = [80: LogMelSpectrogram(numMelBins: 80), 128: LogMelSpectrogram(numMelBins: 128)]
        for item in try FeatureFixtures.decode([Case].self, "features.json") {
            let spectrogram = try #require(spectrograms[item.bins])
            let features = spectrogram.features(of: try #require(FeatureFixtures.signals[item.name]))
            #expect(features.count == 3000 * item.bins)
            for row in item.rows {
                let own = features[row.row * item.bins..<(row.row + 1) * item.bins]
                let worst = zip(own, row.values).map { abs($0 - $1) }.max() ?? 0
                #expect(worst < 5e-5, "\(item.name), \(item.bins) bins, row \(row.row): \(worst)")
            }
            let mean = features.reduce(0.0) { $0 + Double($1) } / Double(features.count)
            #expect(abs(mean - item.mean) < 1e-5, "\(item.name), \(item.bins) bins")
        }
    }

    /// Log-mel by the definition: a sum over 400 samples for each bin, in double precision.
    private func slowly(_ samples: [Float], bins: Int, rows: Range<Int>) -> [[Double]] {
        let bank = MelFilterBank(numMelBins: bins)
        func sample(_ index: Int) -> Double {
            let reflected = index < 0 ? -index : index >= 480_000 ? 959_998 - index : index
            return reflected < samples.count ? Double(samples[reflected]) : 0
        }
        let circle = (0..<400).map { 2 * Double.pi * Double($0) / 400 }
        return rows.map { row in
            let frame = (0..<400).map { sample(row * 160 - 200 + $0) * (0.5 - 0.5 * cos(circle[$0])) }
            let powers = (0...200).map { bin -> Double in
                var (re, im) = (0.0, 0.0)
                for (n, value) in frame.enumerated() {
                    re += value * cos(circle[n * bin % 400])
                    im -= value * sin(circle[n * bin % 400])
                }
                return re * re + im * im
            }
            return bank.filters.map { filter in
                var sum = 0.0
                for (offset, index) in filter.weights.enumerated() {
                    sum += Double(bank.weights[index]) * powers[filter.firstBin + offset]
                }
                return log10(max(sum, 1e-10))
            }
        }
    }

    @Test(arguments: [80, 128]) func theFastTransformEqualsTheSlowOne(bins: Int) {
        // A chirp over all bins, and noise; 23 rows leave a part of a vector over.
        let samples = FeatureFixtures.noise(3600, seed: 9).enumerated().map { index, noise in
            noise * 0.01 + Float(sin(Double(index * index) * 4e-4))
        }
        let logs = slowly(samples, bins: bins, rows: 0..<25)
        let maximum = logs.joined().max() ?? 0
        let spectrogram = LogMelSpectrogram(numMelBins: bins)
        let features = spectrogram.features(of: samples)
        for (row, values) in logs.enumerated() {
            for (bin, value) in values.enumerated() {
                let expected = (max(value, maximum - 8) + 4) / 4
                // Single precision, where a power is a hundred-millionth of the largest.
                #expect(abs(Double(features[row * bins + bin]) - expected) < 5e-5)
            }
        }
    }

    @Test func samplesThatAreNotNumbersAreSilence() {
        var samples = FeatureFixtures.noise(8000, seed: 1)
        let spectrogram = LogMelSpectrogram(numMelBins: 80)
        for index in [0, 1, 4000, 7999] { samples[index] = 0 }
        let expected = spectrogram.features(of: samples)
        (samples[0], samples[1], samples[4000], samples[7999]) = (.nan, .infinity, -.infinity, 1e30)
        #expect(spectrogram.features(of: samples) == expected)
    }

    @Test func theLogarithmIsWithinAMillionth() {
        // Full scale has powers of about a million.
        for exponent in stride(from: -12, to: 8, by: 0.0137) {
            let value = Float(pow(10, exponent))
            let own = log10(Lanes(repeating: value))[0]
            #expect(abs(Double(own) - max(-10, log10(Double(value)))) < 1e-6, "\(value)")
        }
        #expect(log10(Lanes(0, -1, .nan, 1e-30)) == Lanes(repeating: log10(Lanes(repeating: 1e-10))[0]))
    }
}
