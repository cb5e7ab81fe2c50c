/// Replaces every value by the median of its neighbourhood.
enum MedianFilter {
    /// The medians of `width` values around each, which is odd; the ends are reflected. What is not longer than half the
    /// width stays as it is.
    ///
    /// **Source** openai-whisper `median_filter`.
    static func filter(_ values: [Float], width: Int) -> [Float] {
        let half = width / 2
        guard values.count > half else { return values }
        let padded =
            values[1...half].reversed() + values + values[(values.count - half - 1)..<(values.count - 1)].reversed()
        return values.indices.map { index in padded[index..<index + width].sorted()[half] }
    }
}
