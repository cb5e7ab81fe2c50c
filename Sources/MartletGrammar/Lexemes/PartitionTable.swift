/// Partitions of the scalars into classes that terms cannot tell apart, interned.
///
/// Classes are numbered in the order of their smallest scalars; partition 0 has one class. The surrogates belong to the
/// class of U+D7FF.
struct PartitionTable: ~Copyable {
    struct Record: BitwiseCopyable {
        /// Where the ranges begin: their starts and classes.
        var offset: Int
        var rangeCount: Int
        var classCount: Int
        /// Where the smallest scalars of the classes begin.
        var smallest: Int
        /// Where the classes of the 128 ASCII characters begin.
        var ascii: Int
    }

    private(set) var records = FlatArray<Record>(capacity: 64)
    private(set) var starts = FlatArray<UInt32>(capacity: 256)
    private(set) var classes = FlatArray<Int32>(capacity: 256)
    private(set) var smallest = FlatArray<UInt32>(capacity: 256)
    private(set) var ascii = FlatArray<UInt8>(capacity: 4096)
    private var indices: [[UInt32]: Int32] = [:]
    private var setPartitions: [ScalarSet: Int32] = [:]
    private var products = PairTable()

    init() { _ = index(starts: [0], classes: [0]) }

    /// Bytes of memory held, about. Starts and classes are kept as keys of `indices` too.
    var byteCount: Int {
        records.byteCount + starts.byteCount + classes.byteCount + smallest.byteCount + ascii.byteCount
            + (starts.count + classes.count) * 4 + records.count * 64 + setPartitions.count * 64 + products.byteCount
    }

    @inline(__always) func classOf(_ partition: Int32, _ scalar: UInt32) -> Int {
        let record = records[Int(partition)]
        if scalar < 128 { return Int(ascii[record.ascii + Int(scalar)]) }
        return Int(classes[record.offset + rangeIndex(partition, scalar)])
    }

    /// The range of the partition that holds the scalar.
    func rangeIndex(_ partition: Int32, _ scalar: UInt32) -> Int {
        let record = records[Int(partition)]
        var low = 0
        var high = record.rangeCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[record.offset + middle] <= scalar { low = middle } else { high = middle }
        }
        return low
    }

    @inline(__always) func classCount(_ partition: Int32) -> Int { records[Int(partition)].classCount }

    /// The smallest scalar of a class.
    @inline(__always) func smallest(_ partition: Int32, _ index: Int) -> UInt32 {
        smallest[records[Int(partition)].smallest + index]
    }

    /// The two classes of a set: members and others.
    mutating func partition(of set: ScalarSet) -> Int32 {
        if let known = setPartitions[set] { return known }
        var starts: [UInt32] = [0]
        var classes: [Int32] = [set.contains(0) ? 1 : 0]
        func add(_ start: UInt32, _ member: Int32) {
            if start > 0x10FFFF || classes.last == member { return }
            starts.append(start)
            classes.append(member)
        }
        for range in set.ranges {
            add(range.lowerBound, 1)
            let next = range.upperBound + 1
            if next == 0xD800 {
                add(0xE000, set.contains(0xE000) ? 1 : 0)
            } else {
                add(next, 0)
            }
        }
        let result = index(starts: starts, classes: classes)
        setPartitions[set] = result
        return result
    }

    /// The classes that both partitions tell apart.
    mutating func product(_ left: Int32, _ right: Int32) -> Int32 {
        if left == right || right == 0 { return left }
        if left == 0 { return right }
        let (first, second) = (min(left, right), max(left, right))
        if let known = products[first, second] { return known }
        var (starts, classes) = ranges(of: first)
        refine(&starts, &classes, by: second)
        let result = index(starts: starts, classes: classes)
        products.set(first, second, result)
        return result
    }

    /// The classes that any of the partitions tells apart.
    mutating func product(of partitions: [Int32]) -> Int32 {
        if partitions.count <= 3 { return partitions.reduce(0) { product($0, $1) } }
        var (starts, classes) = ranges(of: partitions[0])
        for partition in partitions.dropFirst() { refine(&starts, &classes, by: partition) }
        return index(starts: starts, classes: classes)
    }

    private func ranges(of partition: Int32) -> (starts: [UInt32], classes: [Int32]) {
        let record = records[Int(partition)]
        let range = record.offset..<record.offset + record.rangeCount
        return (range.map { starts[$0] }, range.map { classes[$0] })
    }

    private func refine(_ starts: inout [UInt32], _ classes: inout [Int32], by partition: Int32) {
        let record = records[Int(partition)]
        var numbers: [UInt64: Int32] = [:]
        var newStarts: [UInt32] = []
        var newClasses: [Int32] = []
        newStarts.reserveCapacity(starts.count + record.rangeCount)
        newClasses.reserveCapacity(starts.count + record.rangeCount)
        var left = 0
        var right = 0
        var start: UInt32 = 0
        while true {
            let pair = UInt64(UInt32(classes[left])) << 32 | UInt64(UInt32(self.classes[record.offset + right]))
            let number = numbers[pair] ?? Int32(numbers.count)
            numbers[pair] = number
            if newClasses.last != number {
                newStarts.append(start)
                newClasses.append(number)
            }
            let nextLeft = left + 1 < starts.count ? starts[left + 1] : .max
            let nextRight = right + 1 < record.rangeCount ? self.starts[record.offset + right + 1] : .max
            start = min(nextLeft, nextRight)
            if start == .max { break }
            if nextLeft == start { left += 1 }
            if nextRight == start { right += 1 }
        }
        starts = newStarts
        classes = newClasses
    }

    /// The number of a partition whose classes may be numbered in any way.
    private mutating func index(starts newStarts: [UInt32], classes newClasses: [Int32]) -> Int32 {
        var numbers: [Int32: Int32] = [:]
        var classes: [Int32] = []
        var smallest: [UInt32] = []
        for (start, old) in zip(newStarts, newClasses) {
            if let number = numbers[old] {
                classes.append(number)
            } else {
                numbers[old] = Int32(smallest.count)
                classes.append(Int32(smallest.count))
                smallest.append(start)
            }
        }
        let key = newStarts + classes.map { UInt32($0) }
        if let known = indices[key] { return known }
        let index = Int32(records.count)
        indices[key] = index
        records.append(
            Record(
                offset: starts.count, rangeCount: newStarts.count, classCount: smallest.count,
                smallest: self.smallest.count, ascii: ascii.count))
        for position in newStarts.indices {
            starts.append(newStarts[position])
            self.classes.append(classes[position])
        }
        for scalar in smallest { self.smallest.append(scalar) }
        var range = 0
        for scalar: UInt32 in 0..<128 {
            while range + 1 < newStarts.count, newStarts[range + 1] <= scalar { range += 1 }
            ascii.append(UInt8(classes[range]))
        }
        return index
    }
}
