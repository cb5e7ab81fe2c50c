extension [Double] {
    /// The middle value; 0 of an empty list.
    var median: Double { percentile(50) }

    /// The mean; 0 of an empty list.
    var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

    /// The value below which `percent` of the list lies, interpolated as numpy does; 0 of an empty list.
    func percentile(_ percent: Double) -> Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        let position = percent / 100 * Double(count - 1)
        let below = Int(position)
        let above = Swift.min(below + 1, count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
}
