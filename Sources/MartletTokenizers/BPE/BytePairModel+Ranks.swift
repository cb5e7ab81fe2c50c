extension BytePairModel {
    /// Byte pair encoding as tiktoken does it: any two neighbours merge whose union is a token, the lowest id first,
    /// and a piece that is a token as a whole stays whole.
    ///
    /// `ranks` has its index built, and its ids stand in the order of the ranks. One merge per token is enough: two
    /// neighbours can only become a token by the last step of encoding that token alone, because all that happened
    /// between the token's ends happened in the order in which it happens without neighbours. Encoding a token alone
    /// only needs the merges of shorter tokens, so those come first.
    ///
    /// **Source** tiktoken `_byte_pair_merge`.
    convenience init(ranks: Vocabulary) {
        let bytes = Self.tokensOfBytes(ranks)
        var merges = MergeTable(count: ranks.count)
        var scratch = BytePairScratch()
        for id in Self.idsByLength(ranks) {
            scratch.symbols.removeAll(keepingCapacity: true)
            for byte in ranks.bytes(id) {
                if let symbol = bytes[Int(byte)] { scratch.symbols.append(symbol) }
            }
            guard scratch.symbols.count == ranks.bytes(id).count else { continue }
            scratch.mergeAll(merges)
            // More than two symbols left: text only becomes this token where it is the whole piece.
            guard scratch.symbols.count == 2 else { continue }
            merges.add(scratch.symbols[0], scratch.symbols[1], rank: id, result: Int32(id))
        }
        self.init(vocabulary: ranks, merges: merges, ignoreMerges: true)
    }

    private static func tokensOfBytes(_ vocabulary: Vocabulary) -> [Int32?] {
        (UInt8.min...UInt8.max).map { byte in
            withUnsafePointer(to: byte) { vocabulary.id(of: UnsafeBufferPointer(start: $0, count: 1)) }
        }
    }

    /// The ids of the tokens of two bytes and more, the short ones first.
    private static func idsByLength(_ vocabulary: Vocabulary) -> [Int] {
        var ids: [[Int]] = []
        for id in 0..<vocabulary.count {
            let length = vocabulary.bytes(id).count
            guard length > 1 else { continue }
            while ids.count <= length { ids.append([]) }
            ids[length].append(id)
        }
        return ids.flatMap { $0 }
    }
}
