/// Cuts text into the pieces that the model encodes one by one: a chain of cuts, each within the pieces of the last.
struct PreTokenizer: Sendable {
    /// One cut.
    enum Stage: Sendable, Equatable {
        /// Matches of a pattern and what lies between them.
        case split(SplitPattern)
        /// A space before a piece that does not begin with one.
        case prefixSpace
    }

    let stages: [Stage]

    /// Whether a final ByteLevel stage leaves it to the model to spell bytes.
    var endsInByteLevel = true

    /// Calls `body` with the pieces of `text` in order; the bytes are only valid during the call.
    func forEachPiece(
        in text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        cut(text, from: 0, body)
    }

    private func cut(
        _ text: UnsafeBufferPointer<UInt8>, from stage: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard stage < stages.count else { return body(text) }
        switch stages[stage] {
        case .split(let pattern):
            let isLast = stage + 1 == stages.count
            PieceScanner(text).forEachPiece(pattern) { range in
                let piece = UnsafeBufferPointer(rebasing: text[range])
                if isLast { body(piece) } else { cut(piece, from: stage + 1, body) }
            }
        case .prefixSpace:
            if text.first == UInt8(ascii: " ") {
                cut(text, from: stage + 1, body)
            } else {
                let prefixed = [UInt8(ascii: " ")] + text
                prefixed.withUnsafeBufferPointer { cut($0, from: stage + 1, body) }
            }
        }
    }
}
