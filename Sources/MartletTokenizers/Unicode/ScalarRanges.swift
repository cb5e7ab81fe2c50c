/// A set of Unicode scalars as sorted ranges that neither overlap nor touch.
struct ScalarRanges: Sendable, Hashable {
    private(set) var ranges: [ClosedRange<UInt32>]

    static let none = ScalarRanges()
    static let all = ScalarRanges([0...0x10FFFF])

    init() { ranges = [] }

    /// The union of `ranges`, which may overlap and come in any order.
    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = Self.merged(ranges)
    }

    var isEmpty: Bool { ranges.isEmpty }

    func contains(_ code: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < code { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(code)
    }

    func union(_ other: ScalarRanges) -> ScalarRanges { ScalarRanges(ranges + other.ranges) }

    func intersection(_ other: ScalarRanges) -> ScalarRanges {
        inverted.union(other.inverted).inverted
    }

    var inverted: ScalarRanges {
        var (found, next) = ([ClosedRange<UInt32>](), UInt32(0))
        for range in ranges {
            if next < range.lowerBound { found.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { found.append(next...0x10FFFF) }
        return ScalarRanges(sorted: found)
    }

    private init(sorted: [ClosedRange<UInt32>]) { ranges = sorted }

    private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var found: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = found.last, range.lowerBound <= last.upperBound + 1 else {
                found.append(range)
                continue
            }
            found[found.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        }
        return found
    }
}
