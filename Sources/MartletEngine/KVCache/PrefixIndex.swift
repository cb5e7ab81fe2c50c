/// Names one computed prefix, that is a chain of full blocks from position 0; never used twice.
struct PrefixID: Hashable {
    let rawValue: UInt64
}

/// What separates prefixes of equal tokens.
struct PrefixSalt: Hashable {
    /// Chosen by the caller: only requests of equal salt share blocks.
    var tenant: String?
    /// Keys rotated by `RotaryEmbedding.long`.
    var usesLongRotary = false
}

/// Finds the block that continues a prefix with given tokens.
///
/// The key is (parent prefix, tokens of the block, salt for first blocks). It is compared in full on every hit, so
/// hash collisions cannot hand out a wrong block. `Hasher` is seeded per process, so nobody can aim for long buckets.
/// Source: vLLM `v1/core/block_pool.py`, which chains hashes instead. Allocates nothing after init.
struct PrefixIndex {
    /// What is known of a registered block.
    struct Entry {
        let id: PrefixID
        let parent: PrefixID?
        let salt: PrefixSalt?
        let bucket: Int
        /// Another block of the same bucket.
        var nextInBucket: Int32?
    }

    /// Registered blocks.
    private(set) var count = 0
    /// `[numBlocks]`
    private var entries: [Entry?]
    /// `[numBlocks, blockSize]` tokens of registered blocks.
    private var tokens: [Int32]
    private var buckets: [Int32?]
    private var nextID: UInt64 = 0
    private let blockSize: Int

    /// An empty index over `numBlocks` blocks.
    init(numBlocks: Int, blockSize: Int) {
        self.blockSize = blockSize
        entries = Array(repeating: nil, count: numBlocks)
        tokens = Array(repeating: 0, count: numBlocks * blockSize)
        var numBuckets = 16
        while numBuckets < 2 * numBlocks { numBuckets *= 2 }
        buckets = Array(repeating: nil, count: numBuckets)
    }

    /// The entry of a block, nil when it is not registered.
    subscript(block: Int32) -> Entry? { entries[Int(block)] }

    /// True when `block` can be found by its prefix.
    func contains(_ block: Int32) -> Bool { entries[Int(block)] != nil }

    /// The block that holds `content` after `parent`.
    func find(_ content: ArraySlice<Int32>, after parent: PrefixID?, salt: PrefixSalt) -> (block: Int32, id: PrefixID)?
    {
        let salt = parent == nil ? salt : nil
        var candidate = buckets[bucket(content, parent, salt)]
        while let block = candidate, let entry = entries[Int(block)] {
            if entry.parent == parent, entry.salt == salt, stored(block).elementsEqual(content) {
                return (block, entry.id)
            }
            candidate = entry.nextInBucket
        }
        return nil
    }

    /// Registers `block`, whose key must not be in the index.
    mutating func insert(
        _ block: Int32, _ content: ArraySlice<Int32>, after parent: PrefixID?, salt: PrefixSalt
    ) -> PrefixID {
        precondition(entries[Int(block)] == nil && content.count == blockSize)
        let salt = parent == nil ? salt : nil
        let bucket = bucket(content, parent, salt)
        nextID += 1
        let id = PrefixID(rawValue: nextID)
        var slot = Int(block) * blockSize
        for token in content {
            tokens[slot] = token
            slot += 1
        }
        entries[Int(block)] = Entry(id: id, parent: parent, salt: salt, bucket: bucket, nextInBucket: buckets[bucket])
        buckets[bucket] = block
        count += 1
        return id
    }

    /// Forgets `block` if it is registered.
    mutating func remove(_ block: Int32) {
        guard let entry = entries[Int(block)] else { return }
        if buckets[entry.bucket] == block {
            buckets[entry.bucket] = entry.nextInBucket
        } else {
            var before = buckets[entry.bucket]
            while let other = before, entries[Int(other)]?.nextInBucket != block {
                before = entries[Int(other)]?.nextInBucket
            }
            if let before { entries[Int(before)]?.nextInBucket = entry.nextInBucket }
        }
        entries[Int(block)] = nil
        count -= 1
    }

    /// The tokens of a registered block.
    func stored(_ block: Int32) -> ArraySlice<Int32> {
        tokens[Int(block) * blockSize..<(Int(block) + 1) * blockSize]
    }

    private func bucket(_ content: ArraySlice<Int32>, _ parent: PrefixID?, _ salt: PrefixSalt?) -> Int {
        var hasher = Hasher()
        hasher.combine(parent)
        hasher.combine(salt)
        content.withUnsafeBytes { hasher.combine(bytes: $0) }
        return Int(UInt(bitPattern: hasher.finalize()) & UInt(buckets.count - 1))
    }
}
