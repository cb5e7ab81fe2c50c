/// Byte-level byte pair encoding: bytes become tokens, then the lowest ranked neighbours merge until none can.
///
/// **Source** tokenizers `models/bpe` (without dropout, prefixes and suffixes).
struct BytePairModel: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeTable
    /// The token of each byte; nil for bytes the vocabulary lacks.
    let tokenOfByte: [Int32?]
    /// A piece that is a token as a whole is not split into its merges.
    let ignoreMerges: Bool
    /// What stands for a byte without token; nil drops the byte.
    let unknownToken: Int32?
    /// One unknown token for a run of bytes without token.
    let fusesUnknown: Bool

    init(
        vocabulary: Vocabulary, merges: MergeTable, ignoreMerges: Bool = false, unknownToken: Int32? = nil,
        fusesUnknown: Bool = false
    ) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.ignoreMerges = ignoreMerges
        self.unknownToken = unknownToken
        self.fusesUnknown = fusesUnknown
        tokenOfByte = (UInt8.min...UInt8.max).map { byte in
            withUnsafePointer(to: byte) { vocabulary.id(of: UnsafeBufferPointer(start: $0, count: 1)) }
        }
    }

    /// Appends the tokens of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout BytePairScratch) {
        if ignoreMerges, let id = vocabulary.id(of: piece) {
            ids.append(id)
            return
        }
        scratch.symbols.removeAll(keepingCapacity: true)
        var lastIsUnknown = false
        for byte in piece {
            if let id = tokenOfByte[Int(byte)] {
                scratch.symbols.append(id)
                lastIsUnknown = false
            } else if let unknownToken {
                if !(lastIsUnknown && fusesUnknown) { scratch.symbols.append(unknownToken) }
                lastIsUnknown = true
            }
        }
        scratch.mergeAll(merges)
        ids.append(contentsOf: scratch.symbols)
    }
}
