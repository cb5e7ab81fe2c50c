/// Resolves merges written as pairs of spellings.
///
/// Merges are collected and looked up many at a time (see `Vocabulary.resolve`); `finish` takes the last ones.
struct MergeTableBuilder {
    private let vocabulary: Vocabulary
    private(set) var table: MergeTable
    /// The merges added so far, which is the rank of the next.
    private(set) var count = 0
    /// The first merge that named no two tokens whose union is a token: its number and its place.
    private(set) var wrong: (number: Int, offset: Int)?

    /// The bytes of the collected merges.
    private var bytes: [UInt8] = []
    private var collected: [Collected] = []
    private var queries: [Vocabulary.Query] = []
    private var entries: [MergeTable.Entry] = []
    /// Where the merge at hand begins, and where its right token does.
    private var (start, middle) = (0, 0)
    private var isSpelled = true
    /// Trained vocabularies number tokens in the order of their merges, so that the next union is mostly the next id.
    private var expectedUnion: Int32 = 0

    private static let batchSize = 64

    private struct Collected {
        var rank: Int
        var offset: Int
    }

    /// A builder for about `capacity` merges; the table grows when there are more.
    init(vocabulary: Vocabulary, capacity: Int) {
        self.vocabulary = vocabulary
        table = MergeTable(count: capacity)
    }

    /// Adds a merge written as `left right`, which stands at `offset`; false where it is not so written.
    mutating func add(pair: UnsafeBufferPointer<UInt8>, offset: Int) -> Bool {
        guard let space = pair.firstIndex(of: UInt8(ascii: " ")),
            !pair[(space + 1)...].contains(UInt8(ascii: " "))
        else { return false }
        setLeft(UnsafeBufferPointer(rebasing: pair[..<space]))
        addRight(UnsafeBufferPointer(rebasing: pair[(space + 1)...]), offset: offset)
        return true
    }

    /// Takes the left token of the merge that `addRight` completes.
    mutating func setLeft(_ left: UnsafeBufferPointer<UInt8>) {
        start = bytes.count
        isSpelled = ByteAlphabet.shared.appendBytes(of: left, to: &bytes)
        middle = bytes.count
    }

    /// Adds the merge of the left token with this one, which stands at `offset`.
    mutating func addRight(_ right: UnsafeBufferPointer<UInt8>, offset: Int) {
        let rank = count
        count += 1
        // Spellings outside the byte alphabet cannot arise from bytes, so such a merge never applies.
        guard isSpelled, ByteAlphabet.shared.appendBytes(of: right, to: &bytes) else {
            bytes.removeSubrange(start...)
            return
        }
        collected.append(Collected(rank: rank, offset: offset))
        queries.append(Vocabulary.Query(start..<middle))
        queries.append(Vocabulary.Query(middle..<bytes.count))
        if collected.count == Self.batchSize { finish() }
    }

    /// Adds what was collected to the table.
    mutating func finish() {
        bytes.withUnsafeBufferPointer { bytes in
            vocabulary.resolve(&queries, in: bytes)
            for (index, merge) in collected.enumerated() {
                let (left, right) = (queries[2 * index], queries[2 * index + 1])
                let union = UnsafeBufferPointer(rebasing: bytes[left.range.lowerBound..<right.range.upperBound])
                guard left.id >= 0, right.id >= 0, let result = unionID(union) else {
                    if wrong == nil { wrong = (merge.rank, merge.offset) }
                    continue
                }
                expectedUnion = result + 1
                entries.append(MergeTable.Entry(left.id, right.id, rank: merge.rank, result: result))
            }
        }
        table.add(entries)
        bytes.removeAll(keepingCapacity: true)
        collected.removeAll(keepingCapacity: true)
        queries.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    private func unionID(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        // Files with every way to make a token list the ways one after the other.
        if vocabulary.isToken(Int(expectedUnion) - 1, bytes) { return expectedUnion - 1 }
        return vocabulary.isToken(Int(expectedUnion), bytes) ? expectedUnion : vocabulary.id(of: bytes)
    }
}
