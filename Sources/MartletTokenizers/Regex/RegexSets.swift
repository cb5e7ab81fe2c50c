/// The sets of a program, for looking scalars up: 256-scalar blocks, equal blocks stored once.
struct RegexSets: Sendable {
    /// Two words for each set: its ASCII scalars.
    private(set) var ascii: [UInt64] = []
    /// For each set and page of 256 scalars the block that holds them.
    private(set) var pages: [UInt16] = []
    /// Four words for each block.
    private(set) var blocks: [UInt64] = []

    private var indexOfSet: [ScalarRanges: Int] = [:]
    private var indexOfBlock: [SIMD4<UInt64>: UInt16] = [:]

    static let pageCount = 0x1100
    static let maxCount = 1000
    private static let maxBlocks = 60_000

    /// The index of a set, which is added if it is new; nil when there are too many.
    mutating func index(of set: ScalarRanges) -> Int? {
        if let known = indexOfSet[set] { return known }
        let index = indexOfSet.count
        guard index < Self.maxCount else { return nil }
        indexOfSet[set] = index
        let words = Self.bits(of: set)
        ascii += words[..<2]
        var (last, lastIndex) = (SIMD4<UInt64>(), UInt16?.none)
        for page in stride(from: 0, to: words.count, by: 4) {
            let block = SIMD4(words[page], words[page + 1], words[page + 2], words[page + 3])
            if lastIndex == nil || block != last {
                guard let found = self.index(ofBlock: block) else { return nil }
                (last, lastIndex) = (block, found)
            }
            pages.append(lastIndex!)
        }
        return index
    }

    private mutating func index(ofBlock block: SIMD4<UInt64>) -> UInt16? {
        if let known = indexOfBlock[block] { return known }
        guard indexOfBlock.count < Self.maxBlocks else { return nil }
        let index = UInt16(indexOfBlock.count)
        indexOfBlock[block] = index
        for word in 0..<4 { blocks.append(block[word]) }
        return index
    }

    var count: Int { indexOfSet.count }

    func contains(_ code: UInt32, in set: Int) -> Bool {
        let block = Int(pages[set * Self.pageCount + Int(code >> 8)])
        return blocks[block * 4 + Int(code >> 6 & 3)] >> UInt64(code & 63) & 1 == 1
    }

    /// Whether the set has a scalar in the range, whose ends are multiples of 64.
    func hasMember(of set: Int, in scalars: Range<Int>) -> Bool {
        stride(from: scalars.lowerBound, to: scalars.upperBound, by: 64).contains { code in
            blocks[Int(pages[set * Self.pageCount + code >> 8]) * 4 + code >> 6 & 3] != 0
        }
    }

    private static func bits(of set: ScalarRanges) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: pageCount * 4)
        for range in set.ranges {
            let (low, high) = (Int(range.lowerBound), Int(range.upperBound))
            let (firstMask, lastMask) = (UInt64.max << UInt64(low & 63), UInt64.max >> UInt64(63 - high & 63))
            if low >> 6 == high >> 6 {
                words[low >> 6] |= firstMask & lastMask
            } else {
                words[low >> 6] |= firstMask
                for word in (low >> 6 + 1)..<(high >> 6) { words[word] = .max }
                words[high >> 6] |= lastMask
            }
        }
        return words
    }
}
