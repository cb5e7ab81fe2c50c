/// Finds the user-defined pieces that text keeps whole.
struct PrefixMatcher: Sendable {
    private var trie = PrefixTrie()
    private var startsPiece = [Bool](repeating: false, count: 256)
    private(set) var isEmpty = true

    /// The library looks at no more pieces than this that begin at one place.
    private static let matchLimit = 64

    init(_ pieces: [SentencePieceFile.Piece]) {
        for (id, piece) in pieces.enumerated() where piece.type == .userDefined {
            trie.insert(piece.text, Int32(id))
            startsPiece[Int(piece.text[0])] = true
            isEmpty = false
        }
    }

    /// The length of the longest piece that begins at `position`.
    @inline(__always)
    func longestMatch(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
        guard startsPiece[Int(text[position])] else { return nil }
        var (end, count) = (position, 0)
        trie.forEachPrefix(of: text, from: position) { matchEnd, _ in
            if count < Self.matchLimit { end = matchEnd }
            count += 1
        }
        return end > position ? end - position : nil
    }
}
