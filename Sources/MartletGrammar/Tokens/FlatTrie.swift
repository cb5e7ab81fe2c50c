/// Byte strings with the tokens that have them, as a trie laid out depth first: a walk goes from left to right and skips
/// what it does not need.
///
/// Nodes are numbered in the order of their strings; the root (the empty string) is not a node, its tokens are not kept.
/// The tokens are sorted by string too, so those of a node and of all below it lie side by side.
struct FlatTrie: Sendable {
    /// The last byte of each node's string.
    private(set) var bytes: [UInt8] = []
    /// The length of each node's string, at least 1.
    private(set) var depths: [Int32] = []
    /// The first node that is not below this one.
    private(set) var ends: [Int32] = []
    /// Where the tokens of each node start in `tokens`; one more entry than nodes. The node's own come first, then
    /// those of the nodes below it.
    private(set) var tokenStarts: [Int32] = []
    /// Token ids, sorted by string, then by id.
    private(set) var tokens: [Int32] = []
    /// Length of the longest string.
    private(set) var maxDepth = 0

    var nodeCount: Int { bytes.count }

    /// Bytes of memory held.
    var byteCount: Int { bytes.count * 13 + tokens.count * 4 }

    /// The strings are `text[start..<end]` for each entry.
    init(_ text: [UInt8], _ entries: [Entry]) {
        text.withUnsafeBufferPointer { text in
            var sorted = entries.filter { $0.start < $0.end }.map { SortKey($0, text) }
            sorted.sort { $0.precedes($1, text) }
            build(sorted, text)
        }
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

    private mutating func build(_ sorted: [SortKey], _ text: UnsafeBufferPointer<UInt8>) {
        tokens.reserveCapacity(sorted.count)
        /// The nodes whose strings begin the current one.
        var path: [Int] = []
        var previous: Entry?
        for key in sorted {
            let entry = key.entry
            let length = Int(entry.end - entry.start)
            var shared = 0
            if let previous {
                let limit = min(length, Int(previous.end - previous.start))
                while shared < limit, text[Int(entry.start) + shared] == text[Int(previous.start) + shared] {
                    shared += 1
                }
            }
            while path.count > shared { ends[path.removeLast()] = Int32(bytes.count) }
            for depth in shared..<length {
                path.append(bytes.count)
                bytes.append(text[Int(entry.start) + depth])
                depths.append(Int32(depth + 1))
                ends.append(0)
                tokenStarts.append(Int32(tokens.count))
            }
            maxDepth = max(maxDepth, length)
            tokens.append(entry.token)
            previous = entry
        }
        for node in path { ends[node] = Int32(bytes.count) }
        tokenStarts.append(Int32(tokens.count))
    }

    /// The tokens of a node's own string, as positions in `tokens`.
    func ownTokens(_ node: Int) -> Range<Int> { Int(tokenStarts[node])..<Int(tokenStarts[node + 1]) }

    /// The tokens of a node and of all below it, as positions in `tokens`.
    func subtreeTokens(_ node: Int) -> Range<Int> { Int(tokenStarts[node])..<Int(tokenStarts[Int(ends[node])]) }
}
