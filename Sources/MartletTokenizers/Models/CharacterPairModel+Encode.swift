extension CharacterPairModel {
    /// Appends the tokens of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout ModelScratch) {
        if options.ignoreMerges, let id = vocabulary.id(of: piece) {
            ids.append(id)
            return
        }
        var encoding = PieceEncoding(model: self, piece: piece)
        encoding.run(into: &ids, scratch: &scratch)
    }
}

/// One piece on its way: its characters become symbols, stretch by stretch, and each stretch merges for itself.
private struct PieceEncoding {
    let model: CharacterPairModel
    let piece: UnsafeBufferPointer<UInt8>
    /// Where the stretch began whose symbols are collected.
    private var stretchStart = 0
    /// An unknown token that the next unknown character may fuse with.
    private var hasPendingUnknown = false

    init(model: CharacterPairModel, piece: UnsafeBufferPointer<UInt8>) {
        self.model = model
        self.piece = piece
    }

    mutating func run(into ids: inout [Int32], scratch: inout ModelScratch) {
        scratch.pairs.symbols.removeAll(keepingCapacity: true)
        var position = 0
        /// The character before, if it is a token of its own.
        var before: UInt32?
        while position < piece.count {
            let scalar = UTF8Scalar(in: piece, at: position)
            let end = position + scalar.length
            let token = table(start: position, end: end)[scalar.code]
            if position > stretchStart, isCut(before, token == nil ? nil : scalar.code) {
                finishStretch(position, into: &ids, scratch: &scratch)
            }
            if let token {
                flushUnknown(&scratch)
                scratch.pairs.symbols.append(token)
                before = scalar.code
            } else {
                appendUnknown(position..<end, &scratch)
                before = nil
            }
            position = end
        }
        finishStretch(position, into: &ids, scratch: &scratch)
    }

    @inline(__always)
    private func table(start: Int, end: Int) -> ScalarTable {
        if end == piece.count { return start == 0 ? model.only : model.last }
        return start == 0 ? model.first : model.inner
    }

    /// Whether no merge crosses from the character before to the next; nil stands for one without token.
    @inline(__always)
    private func isCut(_ before: UInt32?, _ next: UInt32?) -> Bool {
        if let before, let next { return !model.joins.mayJoin(before, next) }
        // A pending unknown token may yet grow.
        return model.unknownStandsAlone && !(before == nil && next == nil)
    }

    private mutating func appendUnknown(_ range: Range<Int>, _ scratch: inout ModelScratch) {
        if appendBytes(range, &scratch) { return }
        guard model.options.unknownToken != nil else { return }
        if hasPendingUnknown && !model.options.fusesUnknown { flushUnknown(&scratch) }
        hasPendingUnknown = true
    }

    @inline(__always)
    private mutating func flushUnknown(_ scratch: inout ModelScratch) {
        guard hasPendingUnknown, let unknown = model.options.unknownToken else { return }
        scratch.pairs.symbols.append(unknown)
        hasPendingUnknown = false
    }

    /// The byte tokens of the character in its full spelling; false where one is missing.
    private func appendBytes(_ range: Range<Int>, _ scratch: inout ModelScratch) -> Bool {
        guard model.options.byteFallback else { return false }
        let start = scratch.pairs.symbols.count
        func append(_ bytes: some Sequence<UInt8>) -> Bool {
            for byte in bytes {
                guard let token = model.tokenOfByte[Int(byte)] else {
                    scratch.pairs.symbols.removeSubrange(start...)
                    return false
                }
                scratch.pairs.symbols.append(token)
            }
            return true
        }
        if range.lowerBound > 0, !append(model.options.continuingPrefix) { return false }
        guard append(piece[range]) else { return false }
        return range.upperBound < piece.count || append(model.options.wordSuffix)
    }

    private mutating func finishStretch(_ end: Int, into ids: inout [Int32], scratch: inout ModelScratch) {
        flushUnknown(&scratch)
        scratch.pairs.mergeAll(model.merges)
        ids.append(contentsOf: scratch.pairs.symbols)
        scratch.pairs.symbols.removeAll(keepingCapacity: true)
        stretchStart = end
    }
}
