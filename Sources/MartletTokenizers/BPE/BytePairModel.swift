/// Byte-level byte pair encoding: bytes become tokens, then the lowest ranked neighbours merge until none can.
///
/// **Source** tokenizers `models/bpe` (without dropout, prefixes and suffixes).
final class BytePairModel: Sendable {
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
    /// The characters whose merges cannot be disturbed.
    let characters: WholeCharacters
    /// The tokens that have characters outside the byte alphabet, which no bytes become.
    let verbatimTokens: [[UInt8]: Int32]

    init(
        vocabulary: Vocabulary, merges: MergeTable, ignoreMerges: Bool = false, unknownToken: Int32? = nil,
        fusesUnknown: Bool = false
    ) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.ignoreMerges = ignoreMerges
        self.unknownToken = unknownToken
        self.fusesUnknown = fusesUnknown
        var verbatim: [[UInt8]: Int32] = [:]
        for id in 0..<vocabulary.count where vocabulary.isVerbatim(id) {
            verbatim[Array(vocabulary.bytes(id))] = Int32(id)
        }
        verbatimTokens = verbatim
        tokenOfByte = (UInt8.min...UInt8.max).map { byte in
            withUnsafePointer(to: byte) { vocabulary.id(of: UnsafeBufferPointer(start: $0, count: 1)) }
        }
        characters = WholeCharacters(vocabulary, merges, tokenOfByte: tokenOfByte)
    }

    /// The token of this spelling.
    func id(spelling: [UInt8]) -> Int32? {
        var bytes: [UInt8] = []
        if spelling.withUnsafeBufferPointer({ ByteAlphabet.shared.appendBytes(of: $0, to: &bytes) }) {
            return bytes.withUnsafeBufferPointer { vocabulary.id(of: $0) }
        }
        return verbatimTokens[spelling]
    }

    /// Appends the tokens of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout BytePairScratch) {
        guard let id = vocabulary.id(of: piece) else {
            return encodeStretches(of: piece, into: &ids, scratch: &scratch)
        }
        if ignoreMerges || scratch.wholes.contains(id) { return ids.append(id) }
        let start = ids.count
        encodeStretches(of: piece, into: &ids, scratch: &scratch)
        if ids.count == start + 1, ids[start] == id { scratch.wholes.insert(id, of: vocabulary.count) }
    }
}

// MARK: - Stretches

extension BytePairModel {
    /// Merges each stretch between characters that no token joins for itself.
    private func encodeStretches(
        of piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout BytePairScratch
    ) {
        var (position, stretchStart) = (0, 0)
        var before: UInt32?
        var lastIsUnknown = false
        while position < piece.count {
            let scalar = UTF8Scalar(in: piece, at: position)
            let end = position + scalar.length
            let isBesideASCII =
                (position > 0 && piece[position - 1] < 0x80) || (end < piece.count && piece[end] < 0x80)
            let token = characters.token(scalar, isBesideASCII: isBesideASCII)
            if let token {
                if let before, !characters.joins.mayJoin(before, scalar.code) {
                    let stretch = UnsafeBufferPointer(rebasing: piece[stretchStart..<position])
                    finishStretch(stretch, into: &ids, scratch: &scratch)
                    stretchStart = position
                }
                scratch.symbols.append(token)
                before = scalar.code
            } else {
                for byte in piece[position..<end] {
                    appendByte(byte, &lastIsUnknown, &scratch)
                }
                before = nil
            }
            position = end
        }
        let stretch = UnsafeBufferPointer(rebasing: piece[stretchStart...])
        finishStretch(stretch, into: &ids, scratch: &scratch)
    }

    private func appendByte(_ byte: UInt8, _ lastIsUnknown: inout Bool, _ scratch: inout BytePairScratch) {
        if let id = tokenOfByte[Int(byte)] {
            scratch.symbols.append(id)
            lastIsUnknown = false
        } else if let unknownToken {
            if !(lastIsUnknown && fusesUnknown) { scratch.symbols.append(unknownToken) }
            lastIsUnknown = true
        }
    }

    private func finishStretch(
        _ stretch: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout BytePairScratch
    ) {
        defer { scratch.symbols.removeAll(keepingCapacity: true) }
        // Few symbols merge faster than they are looked up.
        if scratch.symbols.count < 3 { return mergeSymbols(into: &ids, scratch: &scratch) }
        guard let key = WordCache.key(stretch) else { return mergeSymbols(into: &ids, scratch: &scratch) }
        if scratch.stretches.append(key, to: &ids) { return }
        let start = ids.count
        mergeSymbols(into: &ids, scratch: &scratch)
        scratch.stretches.remember(key, ids[start...])
    }

    private func mergeSymbols(into ids: inout [Int32], scratch: inout BytePairScratch) {
        scratch.mergeAll(merges)
        for symbol in scratch.symbols { ids.append(symbol) }
    }
}
