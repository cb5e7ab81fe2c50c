/// Places buffers in one arena so that buffers alive at the same time do not overlap.
struct ArenaPlanner {
    /// A buffer used from region `first` to region `last`, both included.
    private struct Interval {
        let bytes: Int
        let first: Int
        var last: Int
        var offset = 0
    }

    private var intervals: [Interval] = []

    /// Adds a buffer that is first written in region `first` and returns its number.
    mutating func add(bytes: Int, first: Int) -> Int {
        intervals.append(Interval(bytes: bytes.roundedUp(to: 64), first: first, last: first))
        return intervals.count - 1
    }

    /// The buffer is still needed in region `region`.
    mutating func extend(_ buffer: Int, to region: Int) {
        intervals[buffer].last = max(intervals[buffer].last, region)
    }

    /// Bytes of the arena; offsets are known afterwards. Large buffers are placed first, each as low as it fits.
    mutating func place() -> Int {
        var placed: [Int] = []
        var total = 0
        for index in intervals.indices.sorted(by: { intervals[$0].bytes > intervals[$1].bytes }) {
            let buffer = intervals[index]
            let rivals = placed.map { intervals[$0] }
                .filter { $0.first <= buffer.last && buffer.first <= $0.last }
                .sorted { $0.offset < $1.offset }
            var offset = 0
            for rival in rivals {
                if offset + buffer.bytes <= rival.offset { break }
                offset = max(offset, rival.offset + rival.bytes)
            }
            intervals[index].offset = offset
            placed.append(index)
            total = max(total, offset + buffer.bytes)
        }
        return total
    }

    /// Where a buffer begins.
    func offset(of buffer: Int) -> Int { intervals[buffer].offset }
}
