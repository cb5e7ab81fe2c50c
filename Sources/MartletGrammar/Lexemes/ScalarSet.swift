/// A set of Unicode scalars as sorted, disjoint, non-adjacent closed ranges. Surrogates are never members.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>]

    /// Every scalar: U+0000 to U+10FFFF without the surrogates.
    static let all = ScalarSet([0...0xD7FF, 0xE000...0x10FFFF])

    /// The union of the ranges, in any order, overlapping or not; surrogates and values past U+10FFFF are left out.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var parts: [ClosedRange<UInt32>] = []
        for range in ranges {
            for valid: ClosedRange<UInt32> in [0...0xD7FF, 0xE000...0x10FFFF] where range.overlaps(valid) {
                parts.append(range.clamped(to: valid))
            }
        }
        parts.sort { $0.lowerBound < $1.lowerBound }
        self.ranges = []
        for range in parts {
            if let last = self.ranges.last, last.upperBound + 1 >= range.lowerBound {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    init(_ range: ClosedRange<Unicode.Scalar>) { self.init([range.lowerBound.value...range.upperBound.value]) }

    /// The scalars of `text`.
    init(anyOf text: String) { self.init(text.unicodeScalars.map { $0.value...$0.value }) }

    var isEmpty: Bool { ranges.isEmpty }

    func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= scalar
    }

    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    var complement: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    func intersection(_ other: ScalarSet) -> ScalarSet {
        complement.union(other.complement).complement
    }

    func subtracting(_ other: ScalarSet) -> ScalarSet { intersection(other.complement) }
}
