/// The model of a SentencePiece file: turns normalised text into ids.
struct SentencePieceModel: Sendable {
    /// How text becomes pieces.
    enum Segmentation: Sendable {
        /// The most probable pieces.
        case unigram(SentencePieceUnigram)
        /// Merges by tables of ids, where these come to the same as merges by text.
        case mergesByID(CharacterPairModel)
        /// Merges by text.
        case mergesByText(SentencePieceMerges)
        /// Text from one space to the next, and the pieces that it may be.
        case words(SpellingTable)
        /// Characters, and the pieces that they may be.
        case characters(SpellingTable)
    }

    let vocabulary: SpellingTable
    let segmentation: Segmentation
    let userDefined: PrefixMatcher
    let unknown: UnknownPieces

    /// Appends the ids of normalised text.
    func encode(_ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout ModelScratch) {
        var output = unknown.output()
        switch segmentation {
        case .unigram(let model): model.encode(text) { output.append($0, $1, of: text, to: &ids) }
        case .mergesByText(let model): model.encode(text) { output.append($0, $1, of: text, to: &ids) }
        case .mergesByID(let model):
            userDefined.forEachStretch(of: text) { range, isUserDefined in
                let stretch = UnsafeBufferPointer(rebasing: text[range])
                if isUserDefined {
                    output.append(vocabulary.id(of: stretch), range, of: text, to: &ids)
                } else {
                    model.encode(stretch, into: &ids, scratch: &scratch)
                }
            }
        case .words(let names):
            var start = 0
            while start < text.count {
                let range = start..<Self.wordEnd(text, from: start)
                output.append(names.id(of: UnsafeBufferPointer(rebasing: text[range])), range, of: text, to: &ids)
                start = range.upperBound
            }
        case .characters(let names):
            var start = 0
            while start < text.count {
                let length = userDefined.longestMatch(in: text, at: start) ?? text.characterLength(at: start)
                let range = start..<start + length
                output.append(names.id(of: UnsafeBufferPointer(rebasing: text[range])), range, of: text, to: &ids)
                start = range.upperBound
            }
        }
    }

    /// Where the next escaped space begins, or the text ends.
    private static func wordEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start + text.characterLength(at: start)
        while index < text.count {
            if index + 2 < text.count, text[index] == 0xE2, text[index + 1] == 0x96, text[index + 2] == 0x81 { break }
            index += text.characterLength(at: index)
        }
        return index
    }
}

extension PrefixMatcher {
    /// Calls `body` with the pieces in the text and the stretches between them.
    fileprivate func forEachStretch(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
        var (start, index) = (0, 0)
        while !isEmpty, index < text.count {
            guard let length = longestMatch(in: text, at: index) else {
                index += text.characterLength(at: index)
                continue
            }
            if start < index { body(start..<index, false) }
            body(index..<index + length, true)
            index += length
            start = index
        }
        if start < text.count { body(start..<text.count, false) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The length of the character at `index` by its first byte, within the text.
    @inline(__always)
    func characterLength(at index: Int) -> Int {
        let lead = self[index]
        if lead < 0xC0 { return 1 }
        return Swift.min(lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2, count - index)
    }
}

/// What stands for text that is no piece.
struct UnknownPieces: Sendable {
    let unknown: Int32
    /// The pieces of the bytes where `byte_fallback` is on, else empty.
    let pieceOfByte: [Int32]

    /// The state of one text.
    func output() -> Output { Output(pieces: self) }

    /// Gives out ids: unknown ones as bytes, or many in a row as one.
    struct Output {
        let pieces: UnknownPieces
        private var lastIsUnknown = false

        fileprivate init(pieces: UnknownPieces) { self.pieces = pieces }

        /// Appends the piece that `range` became; nil where it is unknown.
        mutating func append(
            _ id: Int32?, _ range: Range<Int>, of text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]
        ) {
            if let id {
                ids.append(id)
            } else if !pieces.pieceOfByte.isEmpty {
                for byte in text[range] { ids.append(pieces.pieceOfByte[Int(byte)]) }
            } else if !lastIsUnknown {
                ids.append(pieces.unknown)
            }
            lastIsUnknown = id == nil
        }
    }
}
