/// Byte strings with the tokens that have them, as a trie laid out depth first: a walk goes from left to right and skips
/// what it does not need.
///
/// Nodes are numbered in the order of their strings; the root (the empty string) is not a node, its tokens are not kept.
/// The tokens are sorted by string too, so those of a node and of all below it lie side by side.
final class FlatTrie: Sendable {
    /// One byte of a string.
    struct Node: BitwiseCopyable {
        /// The first node that is not below this one.
        var end: Int32
        /// Where the tokens of its string start in `tokens`; those of the nodes below it follow.
        var tokenStart: Int32
        /// Length of its string, at least 1.
        var depth: UInt16
        /// Last byte of its string.
        var byte: UInt8
    }

    /// In the order of their strings, and one more after the last.
    let nodes: [Node]
    /// Token ids, sorted by string, then by id.
    let tokens: [Int32]
    /// Length of the longest string.
    let maxDepth: Int

    var nodeCount: Int { nodes.count - 1 }

    /// Bytes of memory held.
    var byteCount: Int { nodes.count * MemoryLayout<Node>.stride + tokens.count * 4 }

    /// The strings are `text[start..<end]` for each entry.
    init(_ text: [UInt8], _ entries: [Entry]) {
        var builder = Builder()
        text.withUnsafeBufferPointer { text in
            var sorted = entries.compactMap { $0.start < $0.end ? SortKey($0, text) : nil }
            sorted.sort { $0.precedes($1, text) }
            builder.add(sorted, text)
        }
        nodes = builder.nodes
        tokens = builder.tokens
        maxDepth = builder.maxDepth
    }

    /// A string and its token.
    struct Entry {
        var start: Int32
        var end: Int32
        var token: Int32
    }

    /// An entry with its first eight bytes, which decide most comparisons.
    private struct SortKey {
        var prefix: UInt64 = 0
        var entry: Entry

        init(_ entry: Entry, _ text: UnsafeBufferPointer<UInt8>) {
            self.entry = entry
            for offset in 0..<8 {
                let position = Int(entry.start) + offset
                prefix = prefix << 8 | (position < Int(entry.end) ? UInt64(text[position]) : 0)
            }
        }

        func precedes(_ other: SortKey, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
            if prefix != other.prefix { return prefix < other.prefix }
            var (left, right) = (Int(entry.start), Int(other.entry.start))
            while left < Int(entry.end), right < Int(other.entry.end) {
                if text[left] != text[right] { return text[left] < text[right] }
                left += 1
                right += 1
            }
            let (size, otherSize) = (entry.end - entry.start, other.entry.end - other.entry.start)
            return size != otherSize ? size < otherSize : entry.token < other.entry.token
        }
    }

    private struct Builder {
        var nodes: [Node] = []
        var tokens: [Int32] = []
        var maxDepth = 0

        mutating func add(_ sorted: [SortKey], _ text: UnsafeBufferPointer<UInt8>) {
            tokens.reserveCapacity(sorted.count)
            /// The nodes whose strings begin the current one.
            var path: [Int] = []
            var previous: Entry?
            for entry in sorted.lazy.map(\.entry) {
                let length = min(Int(entry.end - entry.start), Int(UInt16.max))
                var shared = 0
                if let previous {
                    let limit = min(length, path.count)
                    while shared < limit, text[Int(entry.start) + shared] == text[Int(previous.start) + shared] {
                        shared += 1
                    }
                }
                while path.count > shared { nodes[path.removeLast()].end = Int32(nodes.count) }
                for depth in shared..<length {
                    path.append(nodes.count)
                    nodes.append(
                        Node(
                            end: 0, tokenStart: Int32(tokens.count), depth: UInt16(depth + 1),
                            byte: text[Int(entry.start) + depth]))
                }
                maxDepth = max(maxDepth, length)
                tokens.append(entry.token)
                previous = entry
            }
            for node in path { nodes[node].end = Int32(nodes.count) }
            nodes.append(Node(end: Int32(nodes.count), tokenStart: Int32(tokens.count), depth: 0, byte: 0))
        }
    }
}
