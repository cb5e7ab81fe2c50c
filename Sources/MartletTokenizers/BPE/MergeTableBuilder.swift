/// Resolves merges written as pairs of spellings.
struct MergeTableBuilder {
    private let vocabulary: Vocabulary
    /// The bytes of the merge at hand.
    private var bytes: [UInt8] = []
    private var middle = 0
    private var isSpelled = true
    private(set) var table: MergeTable
    /// Trained vocabularies number tokens in the order of their merges, so that the next union is mostly the next id.
    private var expectedUnion: Int32 = 0
    /// The merges added so far, which is the rank of the next.
    private(set) var count = 0

    /// A builder for about `capacity` merges; the table grows when there are more.
    init(vocabulary: Vocabulary, capacity: Int) {
        self.vocabulary = vocabulary
        table = MergeTable(count: capacity)
    }

    /// Adds a merge written as `left right`; false where that names no two tokens whose union is a token.
    mutating func add(pair: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let space = pair.firstIndex(of: UInt8(ascii: " ")),
            !pair[(space + 1)...].contains(UInt8(ascii: " "))
        else { return false }
        setLeft(UnsafeBufferPointer(rebasing: pair[..<space]))
        return addRight(UnsafeBufferPointer(rebasing: pair[(space + 1)...]))
    }

    /// Takes the left token of the merge that `addRight` completes.
    mutating func setLeft(_ left: UnsafeBufferPointer<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        isSpelled = ByteAlphabet.shared.appendBytes(of: left, to: &bytes)
        middle = bytes.count
    }

    /// Adds the merge of the left token with this one; false where they are no two tokens whose union is a token.
    mutating func addRight(_ right: UnsafeBufferPointer<UInt8>) -> Bool {
        let rank = count
        count += 1
        // Spellings outside the byte alphabet cannot arise from bytes, so such a merge never applies.
        guard isSpelled, ByteAlphabet.shared.appendBytes(of: right, to: &bytes) else { return true }
        let ids = bytes.withUnsafeBufferPointer { bytes -> (Int32, Int32, Int32)? in
            guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[..<middle])),
                let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[middle...])),
                let union = unionID(bytes)
            else { return nil }
            return (left, right, union)
        }
        guard let (left, right, union) = ids else { return false }
        expectedUnion = union + 1
        table.add(left, right, rank: rank, result: union)
        return true
    }

    private func unionID(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        // Files with every way to make a token list the ways one after the other.
        if vocabulary.isToken(Int(expectedUnion) - 1, bytes) { return expectedUnion - 1 }
        return vocabulary.isToken(Int(expectedUnion), bytes) ? expectedUnion : vocabulary.id(of: bytes)
    }
}
