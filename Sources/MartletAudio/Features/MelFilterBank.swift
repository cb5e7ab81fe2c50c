#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Triangles on the mel scale over the 201 bins of a 400-sample transform at 16 kHz, zeros left out.
///
/// **Source** `librosa.filters.mel(sr: 16000, n_fft: 400, n_mels: n)` (Slaney's scale, each triangle of unit area), which
/// openai-whisper stores as `mel_filters.npz` and transformers computes.
struct MelFilterBank: Sendable {
    /// The bins a filter reads and where its weights lie in `weights`.
    struct Filter: Sendable {
        var firstBin: Int
        var weights: Range<Int>
    }

    let filters: [Filter]
    let weights: [Float]

    init(numMelBins: Int) {
        let bins = FrameTransform.numBins
        let top = Self.mel(ofHertz: 8000)
        let edges = (0..<numMelBins + 2).map { Self.hertz(ofMel: top * Double($0) / Double(numMelBins + 1)) }
        var filters: [Filter] = []
        var weights: [Float] = []
        for mel in 0..<numMelBins {
            let (low, centre, high) = (edges[mel], edges[mel + 1], edges[mel + 2])
            let triangle = (0..<bins).map { bin -> Float in
                let hertz = Double(bin) * 16_000 / 400
                let height = min((hertz - low) / (centre - low), (high - hertz) / (high - centre))
                return Float(max(0, height) * 2 / (high - low))
            }
            let first = triangle.firstIndex { $0 > 0 } ?? 0
            let last = triangle.lastIndex { $0 > 0 } ?? -1
            let start = weights.count
            if first <= last { weights += triangle[first...last] }
            filters.append(Filter(firstBin: first, weights: start..<weights.count))
        }
        self.filters = filters
        self.weights = weights
    }

    /// All weights, zeros too: `[numMelBins, 201]`.
    var dense: [[Float]] {
        filters.map { filter in
            var row = [Float](repeating: 0, count: FrameTransform.numBins)
            for (offset, index) in filter.weights.enumerated() { row[filter.firstBin + offset] = weights[index] }
            return row
        }
    }

    // Slaney's scale: linear up to 1 kHz (15 mels), then 27 mels for each factor of 6.4.
    private static func mel(ofHertz hertz: Double) -> Double {
        hertz < 1000 ? hertz * 3 / 200 : 15 + log(hertz / 1000) * 27 / log(6.4)
    }

    private static func hertz(ofMel mel: Double) -> Double {
        mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }
}
