#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// From samples to the log10 of mel powers, several frames side by side in the lanes of a vector.
struct FrameTransform: Sendable {
    /// Bins of a real transform of 400 samples.
    static let numBins = 201
    /// Frames whose samples are gathered at once.
    private static let group = 16
    /// Samples beyond this size would overflow when squared; they are no sound and count as silence, as NaN does.
    private static let largestSample: Float = 1e15

    private let window: [Float]
    private let fourier = FourierTransform400()

    init() {
        // Half of a periodic Hann window: the transform leaves a factor of two.
        window = (0..<400).map { Float(0.5 * (0.5 - 0.5 * cos(2 * Double.pi * Double($0) / 400))) }
    }

    /// Writes `frames` rows of log10 values and returns the largest of them, at least -10.
    func logMel(
        of samples: UnsafeBufferPointer<Float>, frames: Int, filters: MelFilterBank,
        into rows: UnsafeMutableBufferPointer<Float>
    ) -> Float {
        let lanes = Lanes.scalarCount
        let blocks = Self.group + 3
        var maximum = Lanes(repeating: -10)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 160 * blocks) { columns in
            withUnsafeTemporaryAllocation(of: Lanes.self, capacity: FourierTransform400.scratchCount) { scratch in
                guard let columns = columns.baseAddress, let scratch = scratch.baseAddress else { return }
                var frame = 0
                while frame < frames {
                    gather(samples, from: frame * 160 - 200, blocks: blocks, into: columns)
                    var offset = 0
                    while offset < Self.group, frame + offset < frames {
                        let powers = fourier.powers(
                            columns: columns, stride: blocks, offset: offset, window: window, scratch)
                        let kept = min(lanes, frames - frame - offset)
                        writeRows(
                            powers: powers, filters, kept, into: rows, at: frame + offset, maximum: &maximum)
                        offset += lanes
                    }
                    frame += Self.group
                }
            }
        }
        return maximum.max()
    }

    /// Lays blocks of 160 samples side by side, `columns[sample][block]`, so that one load reads a sample of several
    /// frames; before the first sample and after the last of 30 s the signal is reflected.
    private func gather(
        _ samples: UnsafeBufferPointer<Float>, from start: Int, blocks: Int,
        into columns: UnsafeMutablePointer<Float>
    ) {
        let end = LogMelSpectrogram.samplesPerWindow
        for block in 0..<blocks {
            let first = start + block * 160
            for offset in 0..<160 {
                var index = first + offset
                if index < 0 { index = -index }
                if index >= end { index = 2 * end - 2 - index }
                let value = index < samples.count ? samples[index] : 0
                columns[offset * blocks + block] = value.magnitude <= Self.largestSample ? value : 0
            }
        }
    }

    private func writeRows(
        powers: UnsafePointer<Lanes>, _ bank: MelFilterBank, _ kept: Int,
        into rows: UnsafeMutableBufferPointer<Float>, at frame: Int, maximum: inout Lanes
    ) {
        let numMelBins = bank.filters.count
        for (mel, filter) in bank.filters.enumerated() {
            var sum = Lanes.zero
            var bin = filter.firstBin
            for index in filter.weights {
                sum += powers[bin] * bank.weights[index]
                bin += 1
            }
            let value = log10(sum)
            maximum.replace(with: value, where: value .> maximum)
            for lane in 0..<kept { rows[(frame + lane) * numMelBins + mel] = value[lane] }
        }
    }
}
