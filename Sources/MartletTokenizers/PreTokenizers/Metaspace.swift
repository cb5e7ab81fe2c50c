/// Spaces become a visible character, which then begins a piece.
struct Metaspace: Sendable, Equatable {
    /// Where a replacement is put before text that does not begin with one.
    enum PrependScheme: String, CaseIterable, Sendable { case first, never, always }

    let replacement: [UInt8]
    let prependScheme: PrependScheme
    let splits: Bool

    func replace(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> [UInt8] {
        var replaced: [UInt8] = []
        replaced.reserveCapacity(text.count + text.count / 2 + 8)
        let prepends = prependScheme == .always || (prependScheme == .first && isFirst)
        if prepends, text.first != UInt8(ascii: " "), !text.starts(with: replacement) { replaced += replacement }
        for byte in text {
            if byte == UInt8(ascii: " ") { replaced += replacement } else { replaced.append(byte) }
        }
        return replaced
    }

    /// Calls `body` with the pieces of replaced text.
    func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var (start, position) = (0, 0)
        while splits, position + replacement.count <= text.count {
            if text[position] == replacement[0], text[position...].starts(with: replacement) {
                if start < position { body(start..<position) }
                start = position
                position += replacement.count
            } else {
                position += 1
            }
        }
        if start < text.count { body(start..<text.count) }
    }
}
