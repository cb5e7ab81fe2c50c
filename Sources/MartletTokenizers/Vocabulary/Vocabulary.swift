/// The tokens of a model by id and by bytes; bytes are what a token decodes to, not how the file spells it.
struct Vocabulary: Sendable {
    private var arena: [UInt8] = []
    private var spans: [Span] = []
    private var spelled = Span()
    /// Open addressing over the model's own tokens, which merges and whole-word lookups may produce.
    private var slots: [Slot] = []
    private var slotMask = 0
    /// How many tokens were set; ids without token do not count.
    private(set) var tokenCount = 0
    /// The lowest id whose bytes are already those of another, as `buildIndex` found.
    private(set) var firstRepeated: Int?

    fileprivate struct Span: Sendable {
        var start: UInt32 = 0
        /// The length times two, plus one where the bytes are the spelling itself, because it has characters outside
        /// the byte alphabet.
        var extent: UInt32 = 0

        var length: Int { Int(extent >> 1) }
        var isVerbatim: Bool { extent & 1 == 1 }
        var range: Range<Int> { Int(start)..<Int(start) + length }
    }

    /// An id in 24 bits below seven bits of the hash of its bytes; all ones mark a free slot. Small, because lookups
    /// mostly wait for memory.
    fileprivate struct Slot: Sendable {
        var bits = UInt32.max

        init() {}

        init(_ id: Int, _ hash: UInt64) { bits = Self.tag(hash) | UInt32(id) }

        static let idLimit = 1 << 24

        var isFree: Bool { bits == .max }
        var id: Int { Int(bits & 0xFF_FFFF) }

        /// Whether it is free or may be of bytes with this hash.
        func mayBe(_ hash: UInt64) -> Bool { isFree || bits & 0xFF00_0000 == Self.tag(hash) }

        private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 57) << 24 }
    }

    /// One more than the highest id.
    var count: Int { spans.count }

    init(arenaCapacity: Int) { arena.reserveCapacity(arenaCapacity) }

    /// Sets the token `id`, spelled in the byte alphabet.
    mutating func set(_ id: Int, spelling: UnsafeBufferPointer<UInt8>) {
        spell(spelling)
        setSpelled(id)
    }

    /// Takes the spelling of the token that `setSpelled` then gives an id.
    mutating func spell(_ spelling: UnsafeBufferPointer<UInt8>) {
        let start = arena.count
        let isVerbatim = !ByteAlphabet.shared.appendBytes(of: spelling, to: &arena)
        if isVerbatim { arena.append(contentsOf: spelling) }
        spelled = Span(start: UInt32(start), extent: UInt32(arena.count - start) << 1 | (isVerbatim ? 1 : 0))
    }

    /// Gives the token spelled last its id.
    mutating func setSpelled(_ id: Int) {
        while spans.count <= id { spans.append(Span()) }
        spans[id] = spelled
        tokenCount += 1
    }

    /// Sets the token `id`, given as what it decodes to.
    mutating func set(_ id: Int, bytes: some Collection<UInt8>) {
        let start = arena.count
        arena.append(contentsOf: bytes)
        spelled = Span(start: UInt32(start), extent: UInt32(arena.count - start) << 1)
        setSpelled(id)
    }

    /// The bytes the token decodes to; empty for an id without token.
    func bytes(_ id: Int) -> ArraySlice<UInt8> {
        guard spans.indices.contains(id) else { return [] }
        return arena[spans[id].range]
    }

    /// Calls `body` with the bytes the token decodes to; with none for an id without token.
    @inline(__always)
    func withText<R>(_ id: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        arena.withUnsafeBufferPointer { arena in
            guard id >= 0, Int(id) < spans.count else { return body(UnsafeBufferPointer(rebasing: arena[0..<0])) }
            return body(UnsafeBufferPointer(rebasing: arena[spans[Int(id)].range]))
        }
    }

    /// Calls `body` with the bytes the token is made of; with none for an id without token or with characters outside
    /// the byte alphabet.
    func withBytes<R>(_ id: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let span = spans[id]
        return arena.withUnsafeBufferPointer { arena in
            body(UnsafeBufferPointer(rebasing: arena[span.isVerbatim ? 0..<0 : span.range]))
        }
    }

    /// How the file spells the token; nil for an id without token.
    func spelling(_ id: Int) -> String? {
        guard spans.indices.contains(id), spans[id].length > 0 else { return nil }
        return spans[id].isVerbatim
            ? String(decoding: bytes(id), as: UTF8.self) : ByteAlphabet.shared.spelling(of: bytes(id))
    }

    /// Whether the token has characters outside the byte alphabet, so that no bytes become it.
    func isVerbatim(_ id: Int) -> Bool { spans.indices.contains(id) && spans[id].isVerbatim }

    /// Makes the tokens set so far findable by their bytes; of two with the same bytes the first stays.
    mutating func buildIndex() {
        var capacity = 16
        while capacity < spans.count * 2 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        slotMask = capacity - 1
        firstRepeated = nil
        var places: [(id: Int, hash: UInt64, past: Int)] = []
        for id in spans.indices.prefix(Slot.idLimit) where spans[id].length > 0 && !spans[id].isVerbatim {
            let hash = withBytes(id) { ByteHash.hash($0) }
            // A look at the place some tokens ahead, which then need not wait for memory.
            let isTaken = !slots[Int(truncatingIfNeeded: hash) & slotMask].mayBe(hash)
            places.append((id, hash, isTaken ? 1 : 0))
            if places.count == Self.batchSize { insert(&places) }
        }
        insert(&places)
    }

    private static let batchSize = 64

    private mutating func insert(_ places: inout [(id: Int, hash: UInt64, past: Int)]) {
        for (id, hash, past) in places {
            let index = withBytes(id) { slot(of: $0, hash, past: past) }
            if slots[index].isFree {
                slots[index] = Slot(id, hash)
            } else if firstRepeated == nil {
                firstRepeated = id
            }
        }
        places.removeAll(keepingCapacity: true)
    }

    /// The token that decodes to exactly `bytes`.
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard !slots.isEmpty else { return nil }
        let slot = slots[slot(of: bytes, ByteHash.hash(bytes))]
        return slot.isFree ? nil : Int32(slot.id)
    }

    /// The slot of the token that decodes to `bytes`, or the free one where it belongs; `past` slots are known to be
    /// of others.
    private func slot(of bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64, past: Int = 0) -> Int {
        slots.withUnsafeBufferPointer { slots in
            var index = (Int(truncatingIfNeeded: hash) + past) & slotMask
            while true {
                let slot = slots.baseAddress![index]
                if slot.isFree || (slot.mayBe(hash) && isToken(slot.id, bytes)) { return index }
                index = (index + 1) & slotMask
            }
        }
    }

    /// Whether the model's token `id` decodes to exactly `bytes`.
    @inline(__always)
    func isToken(_ id: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard id >= 0, id < spans.count else { return false }
        let span = spans[id]
        guard span.extent == UInt32(truncatingIfNeeded: bytes.count) << 1 else { return false }
        return arena.withUnsafeBufferPointer { arena in
            guard let base = bytes.baseAddress else { return true }
            return ByteHash.isEqual(arena.baseAddress! + Int(span.start), base, count: bytes.count)
        }
    }
}

// MARK: - Many lookups at once

extension Vocabulary {
    /// A stretch of bytes to look up, and the token that it was found to be, -1 for none.
    struct Query {
        var range: Range<Int>
        var id: Int32 = -1
        fileprivate var hash: UInt64 = 0
        fileprivate var slot = Slot()
        fileprivate var span = Span()

        init(_ range: Range<Int>) { self.range = range }
    }

    /// Finds the tokens of many stretches of `bytes`.
    ///
    /// Vocabularies exceed the caches, so that a lookup is mostly waiting for memory, twice. Here each step is taken
    /// for all queries before the next, which lets the processor wait for many of them at a time.
    func resolve(_ queries: inout [Query], in bytes: UnsafeBufferPointer<UInt8>) {
        guard !slots.isEmpty else { return }
        slots.withUnsafeBufferPointer { slots in
            for index in queries.indices {
                let hash = ByteHash.hash(UnsafeBufferPointer(rebasing: bytes[queries[index].range]))
                queries[index].hash = hash
                queries[index].slot = slots[Int(truncatingIfNeeded: hash) & slotMask]
            }
            for index in queries.indices {
                let hash = queries[index].hash
                var (home, slot) = (Int(truncatingIfNeeded: hash) & slotMask, queries[index].slot)
                while !slot.mayBe(hash) {
                    home = (home + 1) & slotMask
                    slot = slots[home]
                }
                queries[index].slot = slot
                if !slot.isFree { queries[index].span = spans[slot.id] }
            }
        }
        arena.withUnsafeBufferPointer { arena in
            for index in queries.indices where !queries[index].slot.isFree {
                let (span, range) = (queries[index].span, queries[index].range)
                if span.extent == UInt32(truncatingIfNeeded: range.count) << 1, let base = bytes.baseAddress,
                    ByteHash.isEqual(
                        arena.baseAddress! + Int(span.start), base + range.lowerBound, count: range.count)
                {
                    queries[index].id = Int32(queries[index].slot.id)
                } else {
                    // Another token with the same bits of its hash.
                    queries[index].id = id(of: UnsafeBufferPointer(rebasing: bytes[range])) ?? -1
                }
            }
        }
    }
}
