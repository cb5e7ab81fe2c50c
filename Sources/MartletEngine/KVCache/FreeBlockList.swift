/// Blocks nobody uses, least recently used first: a doubly linked circle through two arrays, every operation O(1).
struct FreeBlockList {
    /// Blocks in the list.
    private(set) var count: Int
    /// Node `numBlocks` closes the circle: its successor is the first block, its predecessor the last.
    private var next: [Int32]
    private var previous: [Int32]
    private var contained: [Bool]
    private let head: Int

    /// A list of all blocks in ascending order.
    init(numBlocks: Int) {
        count = numBlocks
        head = numBlocks
        let nodes = numBlocks + 1
        next = (0..<nodes).map { Int32(($0 + 1) % nodes) }
        previous = (0..<nodes).map { Int32(($0 + nodes - 1) % nodes) }
        contained = Array(repeating: true, count: numBlocks)
    }

    /// True while nobody uses `block`.
    func contains(_ block: Int32) -> Bool { contained[Int(block)] }

    /// The block that is taken next.
    var first: Int32? { count > 0 ? next[head] : nil }

    /// Takes the least recently used block out.
    mutating func popFirst() -> Int32? {
        guard let block = first else { return nil }
        remove(block)
        return block
    }

    /// Takes a block out from wherever it stands.
    mutating func remove(_ block: Int32) {
        precondition(contained[Int(block)], "block \(block) is not free")
        let before = previous[Int(block)]
        let after = next[Int(block)]
        next[Int(before)] = after
        previous[Int(after)] = before
        contained[Int(block)] = false
        count -= 1
    }

    /// Puts a block where it is taken last.
    mutating func append(_ block: Int32) { insert(block, after: previous[head]) }

    /// Puts a block where it is taken first.
    mutating func prepend(_ block: Int32) { insert(block, after: Int32(head)) }

    /// The blocks in the order they would be taken, walked forwards, or backwards for the integrity check.
    func walk(backwards: Bool = false) -> [Int32] {
        let links = backwards ? previous : next
        var blocks: [Int32] = []
        var node = links[head]
        while node != Int32(head), blocks.count <= head {
            blocks.append(node)
            node = links[Int(node)]
        }
        return blocks
    }

    private mutating func insert(_ block: Int32, after before: Int32) {
        precondition(!contained[Int(block)], "block \(block) is freed twice")
        let after = next[Int(before)]
        next[Int(before)] = block
        previous[Int(block)] = before
        next[Int(block)] = after
        previous[Int(after)] = block
        contained[Int(block)] = true
        count += 1
    }
}
