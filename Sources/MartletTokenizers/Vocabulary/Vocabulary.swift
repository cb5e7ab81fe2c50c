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

    private struct Span: Sendable {
        var start: UInt32 = 0
        /// The length times two, plus one where the bytes are the spelling itself, because it has characters outside
        /// the byte alphabet.
        var extent: UInt32 = 0

        var length: Int { Int(extent >> 1) }
        var isVerbatim: Bool { extent & 1 == 1 }
        var range: Range<Int> { Int(start)..<Int(start) + length }
    }

    private struct Slot: Sendable {
        var tag: UInt32 = 0
        /// The id plus one; zero marks a free slot.
        var occupant: UInt32 = 0
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
        for id in spans.indices where spans[id].length > 0 && !spans[id].isVerbatim {
            let (index, tag) = withBytes(id) { bytes in
                let hash = ByteHash.hash(bytes)
                return (slot(of: bytes, hash), Self.tag(hash))
            }
            if slots[index].occupant == 0 { slots[index] = Slot(tag: tag, occupant: UInt32(id) + 1) }
        }
    }

    /// The token that decodes to exactly `bytes`.
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard !slots.isEmpty else { return nil }
        let occupant = slots[slot(of: bytes, ByteHash.hash(bytes))].occupant
        return occupant == 0 ? nil : Int32(bitPattern: occupant - 1)
    }

    /// The slot of the token that decodes to `bytes`, or the free one where it belongs.
    private func slot(of bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
        slots.withUnsafeBufferPointer { slots in
            let tag = Self.tag(hash)
            var index = Int(truncatingIfNeeded: hash) & slotMask
            while true {
                let slot = slots.baseAddress![index]
                if slot.occupant == 0 { return index }
                if slot.tag == tag, isToken(Int(slot.occupant - 1), bytes) { return index }
                index = (index + 1) & slotMask
            }
        }
    }

    private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

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
