/// The tokens of a model by id and by bytes; bytes are what a token decodes to, not how the file spells it.
struct Vocabulary: Sendable {
    private var arena: [UInt8] = []
    private var spans: [Span] = []
    /// Open addressing over the model's own tokens, which merges and whole-word lookups may produce.
    private var slots: [Slot] = []
    private var slotMask = 0
    /// How many tokens were set; ids without token do not count.
    private(set) var tokenCount = 0

    private struct Span: Sendable {
        var start: UInt32 = 0
        var length: UInt32 = 0
        /// The bytes are the spelling itself, because it has characters outside the byte alphabet.
        var isVerbatim = false
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
        let start = arena.count
        let isVerbatim = !ByteAlphabet.shared.appendBytes(of: spelling, to: &arena)
        if isVerbatim { arena.append(contentsOf: spelling) }
        while spans.count <= id { spans.append(Span()) }
        spans[id] = Span(
            start: UInt32(start), length: UInt32(arena.count - start), isVerbatim: isVerbatim)
        tokenCount += 1
    }

    /// Sets the token `id`, given as what it decodes to.
    mutating func set(_ id: Int, bytes: some Collection<UInt8>) {
        let start = arena.count
        arena.append(contentsOf: bytes)
        while spans.count <= id { spans.append(Span()) }
        spans[id] = Span(start: UInt32(start), length: UInt32(arena.count - start))
    }

    /// The bytes the token decodes to; empty for an id without token.
    func bytes(_ id: Int) -> ArraySlice<UInt8> {
        guard spans.indices.contains(id) else { return [] }
        let span = spans[id]
        return arena[Int(span.start)..<Int(span.start + span.length)]
    }

    /// Calls `body` with the bytes the token is made of; with none for an id without token or with characters outside
    /// the byte alphabet.
    func withBytes<R>(_ id: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let span = spans[id]
        return arena.withUnsafeBufferPointer { arena in
            let end = Int(span.start) + (span.isVerbatim ? 0 : Int(span.length))
            return body(UnsafeBufferPointer(rebasing: arena[Int(span.start)..<end]))
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
            bytes(id).withUnsafeBufferPointer { insert(id, $0) }
        }
    }

    private mutating func insert(_ id: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
        let hash = ByteHash.hash(bytes)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var index = Int(truncatingIfNeeded: hash) & slotMask
        while slots[index].occupant != 0 {
            if slots[index].tag == tag, isToken(Int(slots[index].occupant - 1), bytes) { return }
            index = (index + 1) & slotMask
        }
        slots[index] = Slot(tag: tag, occupant: UInt32(id) + 1)
    }

    /// The token that decodes to exactly `bytes`.
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        let hash = ByteHash.hash(bytes)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var index = Int(truncatingIfNeeded: hash) & slotMask
        while slots[index].occupant != 0 {
            if slots[index].tag == tag, isToken(Int(slots[index].occupant - 1), bytes) {
                return Int32(bitPattern: slots[index].occupant - 1)
            }
            index = (index + 1) & slotMask
        }
        return nil
    }

    /// Whether the model's token `id` decodes to exactly `bytes`.
    func isToken(_ id: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard spans.indices.contains(id) else { return false }
        let span = spans[id]
        guard Int(span.length) == bytes.count, !span.isVerbatim else { return false }
        return arena.withUnsafeBufferPointer { arena in
            for offset in 0..<bytes.count where arena[Int(span.start) + offset] != bytes[offset] { return false }
            return true
        }
    }
}
