/// Finds all tokens that a text begins with, in one walk along its bytes.
///
/// The first child of a node stands in the node, and tokens that are added one after the other lie one after the other,
/// so that most steps stay within a cache line; further children are in a hash table.
struct PrefixTrie: Sendable {
    private struct Node: Sendable {
        /// The token that ends here; negative for none.
        var token: Int32 = -1
        /// The first child; zero, which is the root, for none.
        var child: Int32 = 0
        var byte: UInt8 = 0
        var hasMore = false
    }

    private struct Slot: Sendable {
        var node: Int32 = 0
        /// Zero marks a free slot.
        var child: Int32 = 0
        var byte: UInt8 = 0
    }

    /// The length of the longest token.
    private(set) var maxLength = 0
    private var nodes = [Node()]
    private var slots = [Slot](repeating: Slot(), count: 64)
    private var slotCount = 0

    /// Adds a token; of two with the same text the last stays.
    mutating func insert(_ text: some Sequence<UInt8>, _ token: Int32) {
        var (node, length) = (0, 0)
        for byte in text {
            node = child(of: node, byte) ?? addChild(of: node, byte)
            length += 1
        }
        nodes[node].token = token
        maxLength = max(maxLength, length)
    }

    private mutating func addChild(of node: Int, _ byte: UInt8) -> Int {
        let child = nodes.count
        nodes.append(Node())
        if nodes[node].child == 0 {
            (nodes[node].child, nodes[node].byte) = (Int32(child), byte)
        } else {
            nodes[node].hasMore = true
            slotCount += 1
            if slotCount > slots.count / 2 { grow() }
            place(Slot(node: Int32(node), child: Int32(child), byte: byte))
        }
        return child
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        for slot in old where slot.child != 0 { place(slot) }
    }

    private mutating func place(_ slot: Slot) {
        var index = Self.hash(slot.node, slot.byte) & (slots.count - 1)
        while slots[index].child != 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = slot
    }

    @inline(__always)
    private static func hash(_ node: Int32, _ byte: UInt8) -> Int {
        let key = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
        return Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        nodes.withUnsafeBufferPointer { nodes in
            slots.withUnsafeBufferPointer { slots in Self.child(of: node, byte, nodes, slots) }
        }
    }

    @inline(__always)
    private static func child(
        of node: Int, _ byte: UInt8, _ nodes: UnsafeBufferPointer<Node>, _ slots: UnsafeBufferPointer<Slot>
    ) -> Int? {
        let parent = nodes[node]
        if parent.byte == byte, parent.child != 0 { return Int(parent.child) }
        guard parent.hasMore else { return nil }
        let mask = slots.count - 1
        var index = hash(Int32(node), byte) & mask
        while slots[index].child != 0 {
            if slots[index].node == Int32(node), slots[index].byte == byte { return Int(slots[index].child) }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Calls `body` with the end and the token of every token that begins at `start`, the shortest first.
    @inline(__always)
    func forEachPrefix(
        of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (_ end: Int, _ token: Int32) -> Void
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            slots.withUnsafeBufferPointer { slots in
                var (node, index) = (0, start)
                while index < text.count, let child = Self.child(of: node, text[index], nodes, slots) {
                    node = child
                    index += 1
                    let token = nodes[node].token
                    if token >= 0 { body(index, token) }
                }
            }
        }
    }
}
