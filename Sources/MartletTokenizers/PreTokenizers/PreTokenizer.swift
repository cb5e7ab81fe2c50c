/// Cuts text into the pieces that the model encodes one by one: a chain of cuts, each within the pieces of the last.
struct PreTokenizer: Sendable {
    /// One cut, or a change of the pieces.
    enum Stage: Sendable {
        /// Matches of a pattern and what lies between them.
        case split(SplitPattern)
        /// Matches, and what lies between them, as the behaviour has it.
        case matches(MatchFinder, SplitBehavior, isInverted: Bool)
        /// Runs of word characters and runs of other characters, without white space.
        case words
        /// A space before a piece that does not begin with one.
        case prefixSpace
        /// Bytes in GPT-2's spelling, for the stages that follow.
        case byteAlphabet
        case metaspace(Metaspace)
        /// Pieces of so many characters.
        case fixedLength(Int)
        /// Runs of one script.
        case scripts
    }

    let stages: [Stage]

    /// Whether a final ByteLevel stage leaves it to the model to spell bytes.
    var endsInByteLevel = true

    /// Calls `body` with the pieces of `text` in order; the bytes are only valid during the call.
    ///
    /// `isFirst` says that `text` begins where the original text does.
    func forEachPiece(
        in text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        if text.isEmpty { return }
        cut(text, from: 0, isFirst, body)
    }

    private func cut(
        _ text: UnsafeBufferPointer<UInt8>, from stage: Int, _ isFirst: Bool,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard stage < stages.count else { return body(text) }
        let isLast = stage + 1 == stages.count
        func next(_ range: Range<Int>) {
            if range.isEmpty { return }
            let piece = UnsafeBufferPointer(rebasing: text[range])
            if isLast { body(piece) } else { cut(piece, from: stage + 1, isFirst && range.lowerBound == 0, body) }
        }
        func nextChanged(_ bytes: [UInt8]) {
            bytes.withUnsafeBufferPointer { cut($0, from: stage + 1, isFirst, body) }
        }
        switch stages[stage] {
        case .split(let pattern): PieceScanner(text).forEachPiece(pattern, next)
        case .matches(let finder, let behavior, let isInverted):
            behavior.forEachPiece(of: text, finder, isInverted: isInverted, next)
        case .words: LibraryCharacters.shared.forEachWord(in: text, next)
        case .prefixSpace:
            if text.first == UInt8(ascii: " ") {
                cut(text, from: stage + 1, isFirst, body)
            } else {
                nextChanged([UInt8(ascii: " ")] + text)
            }
        case .byteAlphabet: nextChanged(Array(ByteAlphabet.shared.spelling(of: text).utf8))
        case .metaspace(let metaspace):
            metaspace.replace(text, isFirst: isFirst).withUnsafeBufferPointer { replaced in
                metaspace.forEachPiece(of: replaced) { range in
                    let isFirst = isFirst && range.lowerBound == 0
                    cut(UnsafeBufferPointer(rebasing: replaced[range]), from: stage + 1, isFirst, body)
                }
            }
        case .fixedLength(let length): Self.forEachPiece(of: text, length: length, next)
        case .scripts: ScriptRuns.shared.forEachRun(in: text, next)
        }
    }

    private static func forEachPiece(
        of text: UnsafeBufferPointer<UInt8>, length: Int, _ body: (Range<Int>) -> Void
    ) {
        var (start, position, count) = (0, 0, 0)
        while position < text.count {
            position += UTF8Scalar(in: text, at: position).length
            count += 1
            if count == length {
                body(start..<position)
                (start, count) = (position, 0)
            }
        }
        body(start..<position)
    }
}
