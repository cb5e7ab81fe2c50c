/// A Huffman code of limited length, with zlib's choices where several are equally short.
///
/// **Source** zlib's `build_tree` and `gen_bitlen`.
struct DeflateTree {
    /// Bits of every symbol; 0 where it has no code.
    private(set) var lengths: [Int]
    /// The last symbol with a code.
    private(set) var maxCode = -1
    /// Bits of all symbols, extra bits included.
    private(set) var numBits = 0

    private let counts: [UInt16]

    /// A code for symbols that occur so often.
    init(_ counts: [UInt16], maxLength: Int, extraBits: [Int]) {
        self.counts = counts
        lengths = [Int](repeating: 0, count: counts.count)
        var heap = NodeHeap(counts)
        maxCode = counts.lastIndex { $0 != 0 } ?? -1
        // At least two symbols have a code, so that every code has a bit.
        while heap.count < 2 {
            let symbol = maxCode < 2 ? maxCode + 1 : 0
            maxCode = max(maxCode, symbol)
            heap.add(symbol)
        }
        heap.order()
        assignLengths(Self.nodesFromRoot(&heap), heap.parents, maxLength: maxLength)
        numBits = bits(lengths, extraBits)
    }

    /// Bits of the counted symbols in codes of these lengths.
    func bits(_ lengths: [Int], _ extraBits: [Int]) -> Int {
        counts.indices.reduce(0) { $0 + Int(counts[$1]) * (lengths[$1] + extraBits[$1]) }
    }

    /// Joins the two rarest nodes until one is left; all nodes, the most frequent first.
    private static func nodesFromRoot(_ heap: inout NodeHeap) -> [Int] {
        var nodes: [Int] = []
        repeat {
            let first = heap.removeRarest()
            let second = heap.rarest
            nodes += [first, second]
            heap.joinWithRarest(first)
        } while heap.count >= 2
        nodes.append(heap.rarest)
        return nodes.reversed()
    }

    private mutating func assignLengths(_ nodes: [Int], _ parents: [Int], maxLength: Int) {
        var depths = [Int](repeating: 0, count: parents.count)
        var numOfLength = [Int](repeating: 0, count: maxLength + 1)
        var overflow = 0
        for node in nodes.dropFirst() {
            let depth = depths[parents[node]] + 1
            if depth > maxLength { overflow += 1 }
            depths[node] = min(depth, maxLength)
            guard node < counts.count else { continue }
            lengths[node] = depths[node]
            numOfLength[depths[node]] += 1
        }
        guard overflow > 0 else { return }
        // A leaf above goes one down and takes one of those too deep as its brother.
        repeat {
            var length = maxLength - 1
            while numOfLength[length] == 0 { length -= 1 }
            numOfLength[length] -= 1
            numOfLength[length + 1] += 2
            numOfLength[maxLength] -= 1
            overflow -= 2
        } while overflow > 0
        var rarestFirst = nodes.reversed().filter { $0 < counts.count }.makeIterator()
        for length in stride(from: maxLength, to: 0, by: -1) {
            for _ in 0..<numOfLength[length] {
                if let node = rarestFirst.next() { lengths[node] = length }
            }
        }
    }
}

/// Nodes of a code's tree, the rarest in front; of equally rare ones the less deep.
private struct NodeHeap {
    private(set) var parents: [Int]
    private var weights: [UInt16]
    private var depths: [Int]
    private var nodes: [Int]

    /// The symbols that occur.
    init(_ counts: [UInt16]) {
        parents = [Int](repeating: 0, count: counts.count)
        depths = parents
        weights = counts
        nodes = counts.indices.filter { counts[$0] != 0 }
    }

    var count: Int { nodes.count }

    var rarest: Int { nodes[0] }

    /// Adds a symbol as if it occurred once.
    mutating func add(_ symbol: Int) {
        weights[symbol] = 1
        nodes.append(symbol)
    }

    mutating func order() {
        for index in stride(from: nodes.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func removeRarest() -> Int {
        let node = nodes[0]
        let last = nodes.removeLast()
        if !nodes.isEmpty {
            nodes[0] = last
            sink(0)
        }
        return node
    }

    /// Puts a new node above `node` and the rarest in place of the latter.
    mutating func joinWithRarest(_ node: Int) {
        let other = nodes[0]
        let parent = weights.count
        weights.append(weights[node] &+ weights[other])
        depths.append(max(depths[node], depths[other]) + 1)
        parents.append(0)
        parents[node] = parent
        parents[other] = parent
        nodes[0] = parent
        sink(0)
    }

    private func isRarer(_ first: Int, _ second: Int) -> Bool {
        weights[first] < weights[second] || (weights[first] == weights[second] && depths[first] <= depths[second])
    }

    private mutating func sink(_ start: Int) {
        var index = start
        let node = nodes[start]
        while true {
            var child = 2 * index + 1
            guard child < nodes.count else { break }
            if child + 1 < nodes.count, isRarer(nodes[child + 1], nodes[child]) { child += 1 }
            if isRarer(node, nodes[child]) { break }
            nodes[index] = nodes[child]
            index = child
        }
        nodes[index] = node
    }
}
