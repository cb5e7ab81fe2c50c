/// Which states of a program have failed at which positions: one bit each, in pages of 64 positions.
///
/// Pages come into being where something is remembered and go when the search has left them behind.
struct RegexMemo: ~Copyable {
    private let slotCount: Int
    private var pages: [Int: UnsafeMutablePointer<UInt64>] = [:]
    /// No page before this is left.
    private var lowest = 0
    /// The page looked up last; searches stay near a position.
    private var lastNumber = -1
    private var last: UnsafeMutablePointer<UInt64>?

    init(slotCount: Int) { self.slotCount = slotCount }

    deinit { for page in pages.values { page.deallocate() } }

    /// The page of a position, or nil where nothing is remembered of it.
    @inline(__always)
    private mutating func page(_ number: Int) -> UnsafeMutablePointer<UInt64>? {
        if number == lastNumber { return last }
        lastNumber = number
        last = pages[number]
        return last
    }

    private mutating func makePage(_ number: Int) -> UnsafeMutablePointer<UInt64> {
        if let page = page(number) { return page }
        let page = UnsafeMutablePointer<UInt64>.allocate(capacity: slotCount)
        page.initialize(repeating: 0, count: slotCount)
        pages[number] = page
        last = page
        return page
    }

    mutating func contains(_ slot: Int, _ position: Int) -> Bool {
        guard let page = page(position >> 6) else { return false }
        return page[slot] >> UInt64(position & 63) & 1 == 1
    }

    mutating func insert(_ slot: Int, _ position: Int) {
        makePage(position >> 6)[slot] |= 1 << UInt64(position & 63)
    }

    mutating func insert(_ slot: Int, from low: Int, through high: Int) {
        guard low <= high else { return }
        for number in low >> 6...high >> 6 {
            var mask = UInt64.max
            if number == low >> 6 { mask &= .max << UInt64(low & 63) }
            if number == high >> 6 { mask &= .max >> UInt64(63 - high & 63) }
            makePage(number)[slot] |= mask
        }
    }

    /// The first position in the range that is remembered.
    mutating func first(_ slot: Int, from low: Int, through high: Int) -> Int? {
        guard low <= high else { return nil }
        for number in low >> 6...high >> 6 {
            guard let page = page(number) else { continue }
            var word = page[slot]
            if number == low >> 6 { word &= .max << UInt64(low & 63) }
            if word != 0 {
                let found = number << 6 + word.trailingZeroBitCount
                return found <= high ? found : nil
            }
        }
        return nil
    }

    /// Forgets the slots below `count` at a position.
    mutating func remove(slotsBelow count: Int, _ position: Int) {
        guard let page = page(position >> 6) else { return }
        for slot in 0..<count { page[slot] &= ~(1 << UInt64(position & 63)) }
    }

    /// Gives back the pages before a position.
    mutating func removePages(before position: Int) {
        while lowest < position >> 6 {
            if let page = pages.removeValue(forKey: lowest) { page.deallocate() }
            lowest += 1
        }
        if lastNumber < lowest { lastNumber = -1 }
    }

    mutating func removeAll() {
        for page in pages.values { page.deallocate() }
        pages.removeAll()
        lastNumber = -1
        lowest = 0
    }
}
