/// The tokens of a model by id and by spelling.
struct SpellingTable: Sendable {
    private var arena: [UInt8] = []
    private var spans: [Span] = []
    /// Open addressing: the id plus one, zero marks a free slot.
    private var slots: [UInt32] = []
    private var slotMask = 0
    /// How many tokens there are; ids without token do not count.
    private(set) var tokenCount = 0

    private struct Span: Sendable {
        var start: UInt32 = 0
        /// The length plus one; zero where the id has no token.
        var extent: UInt32 = 0
    }

    init(arenaCapacity: Int = 0) { arena.reserveCapacity(arenaCapacity) }

    /// One more than the highest id.
    var count: Int { spans.count }

    /// Sets the token `id`; `buildIndex` makes it findable.
    mutating func set(_ id: Int, _ spelling: UnsafeBufferPointer<UInt8>) {
        while spans.count <= id { spans.append(Span()) }
        spans[id] = Span(start: UInt32(arena.count), extent: UInt32(spelling.count) + 1)
        arena.append(contentsOf: spelling)
        tokenCount += 1
    }

    /// How the token is spelled; nil for an id without token.
    func spelling(_ id: Int) -> ArraySlice<UInt8>? {
        guard spans.indices.contains(id), spans[id].extent > 0 else { return nil }
        let start = Int(spans[id].start)
        return arena[start..<start + Int(spans[id].extent) - 1]
    }

    /// Makes the tokens set so far findable; of two with the same spelling the last stays.
    mutating func buildIndex() {
        var capacity = 16
        while capacity < spans.count * 2 { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        slotMask = capacity - 1
        for id in spans.indices {
            guard let spelling = spelling(id) else { continue }
            let index = spelling.withUnsafeBufferPointer { slot(of: $0) }
            slots[index] = UInt32(id) + 1
        }
    }

    /// The token spelled exactly `spelling`.
    func id(of spelling: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard !slots.isEmpty else { return nil }
        let occupant = slots[slot(of: spelling)]
        return occupant == 0 ? nil : Int32(bitPattern: occupant - 1)
    }

    /// The token spelled exactly `spelling`.
    func id(of spelling: [UInt8]) -> Int32? { spelling.withUnsafeBufferPointer { id(of: $0) } }

    /// The slot that holds the spelling, or the free one where it belongs.
    private func slot(of spelling: UnsafeBufferPointer<UInt8>) -> Int {
        var index = Int(truncatingIfNeeded: ByteHash.hash(spelling)) & slotMask
        while slots[index] != 0, !isToken(Int(slots[index] - 1), spelling) { index = (index + 1) & slotMask }
        return index
    }

    private func isToken(_ id: Int, _ spelling: UnsafeBufferPointer<UInt8>) -> Bool {
        let span = spans[id]
        guard Int(span.extent) == spelling.count + 1 else { return false }
        return arena.withUnsafeBufferPointer { arena in
            for offset in 0..<spelling.count where arena[Int(span.start) + offset] != spelling[offset] { return false }
            return true
        }
    }
}
