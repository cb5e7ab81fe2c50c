/// Resolves merges written as pairs of spellings.
struct MergeTableBuilder {
    private let vocabulary: Vocabulary
    private var bytes: [UInt8] = []
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
        return add(
            UnsafeBufferPointer(rebasing: pair[..<space]), UnsafeBufferPointer(rebasing: pair[(space + 1)...]))
    }

    /// Adds a merge; false where the spellings are no two tokens whose union is a token.
    mutating func add(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        let rank = count
        count += 1
        // Spellings outside the byte alphabet cannot arise from bytes, so such a merge never applies.
        guard ByteAlphabet.shared.appendBytes(of: left, to: &bytes) else { return true }
        let middle = bytes.count
        guard ByteAlphabet.shared.appendBytes(of: right, to: &bytes) else { return true }
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
        vocabulary.isToken(Int(expectedUnion), bytes) ? expectedUnion : vocabulary.id(of: bytes)
    }
}
