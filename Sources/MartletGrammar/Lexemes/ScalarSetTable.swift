/// The scalar sets of an arena, interned, with a fast test for members.
struct ScalarSetTable: ~Copyable {
    private struct Record: BitwiseCopyable {
        var low: UInt64
        var high: UInt64
        var offset: Int
        var count: Int
    }

    private var records = FlatArray<Record>(capacity: 64)
    /// Lower and upper bounds of the ranges, one after the other.
    private var bounds = FlatArray<UInt32>(capacity: 256)
    private var sets: [ScalarSet] = []
    private var indices: [ScalarSet: Int32] = [:]
    private var unions = PairTable()
    private var intersections = PairTable()

    /// Bytes of memory held, about. Each range is kept in `sets` and as key of `indices` too.
    var byteCount: Int {
        records.byteCount + bounds.byteCount + bounds.count * 4 + sets.count * 96 + unions.byteCount
            + intersections.byteCount
    }

    subscript(index: Int32) -> ScalarSet { sets[Int(index)] }

    mutating func index(of set: ScalarSet) -> Int32 {
        if let known = indices[set] { return known }
        var record = Record(low: 0, high: 0, offset: bounds.count, count: set.ranges.count)
        for range in set.ranges {
            bounds.append(range.lowerBound)
            bounds.append(range.upperBound)
            guard range.lowerBound < 128 else { continue }
            for scalar in range.lowerBound...min(range.upperBound, 127) {
                if scalar < 64 { record.low |= 1 << UInt64(scalar) } else { record.high |= 1 << UInt64(scalar - 64) }
            }
        }
        let index = Int32(sets.count)
        sets.append(set)
        indices[set] = index
        records.append(record)
        return index
    }

    func contains(_ set: Int32, _ scalar: UInt32) -> Bool {
        let record = records[Int(set)]
        if scalar < 64 { return record.low &>> UInt64(scalar) & 1 != 0 }
        if scalar < 128 { return record.high &>> UInt64(scalar &- 64) & 1 != 0 }
        var low = 0
        var high = record.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[record.offset + middle * 2 + 1] < scalar { low = middle + 1 } else { high = middle }
        }
        return low < record.count && bounds[record.offset + low * 2] <= scalar
    }

    mutating func union(_ left: Int32, _ right: Int32) -> Int32 {
        let (first, second) = (min(left, right), max(left, right))
        if let known = unions[first, second] { return known }
        let result = index(of: sets[Int(first)].union(sets[Int(second)]))
        unions.set(first, second, result)
        return result
    }

    mutating func intersection(_ left: Int32, _ right: Int32) -> Int32 {
        let (first, second) = (min(left, right), max(left, right))
        if let known = intersections[first, second] { return known }
        let result = index(of: sets[Int(first)].intersection(sets[Int(second)]))
        intersections.set(first, second, result)
        return result
    }
}
