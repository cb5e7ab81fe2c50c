/// Where a long stretch of sound is cut: at the start of its quietest 100 ms.
enum QuietestPoint {
    /// Samples whose loudness is compared: 100 ms.
    static let windowLength = 1600

    /// The start of the quietest 100 ms, in steps of 100 ms from the first place; the first of equals.
    ///
    /// The last 100 ms are no candidate.
    /// **Source** vLLM `multimodal/audio.py` `find_split_point`.
    static func find(in buffer: SampleBuffer, places: Range<Int>) -> Int {
        var quietest = places.lowerBound
        var least = Double.infinity
        for start in stride(from: places.lowerBound, to: places.upperBound - windowLength, by: windowLength) {
            let energy = buffer[start..<start + windowLength].reduce(0.0) { $0 + Double($1) * Double($1) }
            if energy < least { (least, quietest) = (energy, start) }
        }
        return quietest
    }
}
