/// From samples to the log10 of mel powers, several frames side by side in the lanes of a vector.
struct FrameTransform: Sendable {
    /// Bins of a real transform of 400 samples.
    static let numBins = 201
    /// Frames whose samples are gathered at once.
    private static let group = 16
    private static let numBlocks = FourierTransform400.columnStride
    /// Samples beyond this size would overflow when squared; they are no sound and count as silence, as NaN does.
    private static let largestSample: Float = 1e15

    private let fourier = FourierTransform400()

    /// Writes `frames` rows of log10 values and returns the largest of them, at least -10.
    func logMel(
        of samples: UnsafeBufferPointer<Float>, frames: Int, filters: MelFilterBank,
        into rows: UnsafeMutableBufferPointer<Float>
    ) -> Float {
        var maximum = Lanes(repeating: -10)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 160 * Self.numBlocks) { columns in
            withUnsafeTemporaryAllocation(of: Lanes.self, capacity: FourierTransform400.scratchCount) { scratch in
                guard let columns = columns.baseAddress, let scratch = scratch.baseAddress else { return }
                for group in stride(from: 0, to: frames, by: Self.group) {
                    gather(samples, from: group * 160 - 200, into: columns)
                    for offset in stride(from: 0, to: min(Self.group, frames - group), by: Lanes.scalarCount) {
                        let powers = fourier.powers(of: columns + offset, scratch)
                        writeRows(group + offset..<frames, powers: powers, filters, into: rows, maximum: &maximum)
                    }
                }
            }
        }
        return maximum.max()
    }

    /// Lays blocks of 160 samples side by side, `columns[sample][block]`, so that one load reads a sample of several
    /// frames; before the first sample and after the last of 30 s the signal is reflected.
    private func gather(
        _ samples: UnsafeBufferPointer<Float>, from start: Int, into columns: UnsafeMutablePointer<Float>
    ) {
        let end = LogMelSpectrogram.samplesPerWindow
        for block in 0..<Self.numBlocks {
            let first = start + block * 160
            let column = columns + block
            if first >= 0, first + 160 <= samples.count {
                let source = UnsafeBufferPointer(rebasing: samples[first..<first + 160])
                for offset in 0..<160 { column[offset * Self.numBlocks] = Self.sound(source[offset]) }
                continue
            }
            for offset in 0..<160 {
                var index = abs(first + offset)
                if index >= end { index = 2 * end - 2 - index }
                column[offset * Self.numBlocks] = samples.indices.contains(index) ? Self.sound(samples[index]) : 0
            }
        }
    }

    @inline(__always)
    private static func sound(_ sample: Float) -> Float { sample.magnitude <= largestSample ? sample : 0 }

    /// The rows of the frames in the lanes; lanes beyond the last frame are left out.
    private func writeRows(
        _ frames: Range<Int>, powers: UnsafePointer<Lanes>, _ bank: MelFilterBank,
        into rows: UnsafeMutableBufferPointer<Float>, maximum: inout Lanes
    ) {
        let numMelBins = bank.filters.count
        let kept = min(Lanes.scalarCount, frames.count)
        var largest = maximum
        bank.filters.withUnsafeBufferPointer { filters in
            bank.weights.withUnsafeBufferPointer { weights in
                var place = frames.lowerBound * numMelBins
                for filter in filters {
                    var sum = Lanes.zero
                    var bin = powers + filter.firstBin
                    for index in filter.weights {
                        sum += bin.pointee * weights[index]
                        bin += 1
                    }
                    let value = log10(sum)
                    largest.replace(with: value, where: value .> largest)
                    if kept == Lanes.scalarCount {
                        rows[place] = value[0]
                        rows[place + numMelBins] = value[1]
                        rows[place + 2 * numMelBins] = value[2]
                        rows[place + 3 * numMelBins] = value[3]
                    } else {
                        for lane in 0..<kept { rows[place + lane * numMelBins] = value[lane] }
                    }
                    place += 1
                }
            }
        }
        // Lanes beyond the last frame saw silence and change nothing.
        maximum = largest
    }
}
