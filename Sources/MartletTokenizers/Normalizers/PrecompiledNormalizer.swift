/// SentencePiece's character map as the tokenizers library applies it.
///
/// A grapheme cluster of fewer than six bytes that begins with a key is replaced as a whole by what its shortest key
/// stands for, so that the rest of the cluster is lost; else each scalar is replaced for itself.
/// **Source** tokenizers `normalizers/precompiled.rs`.
struct PrecompiledNormalizer: Sendable {
    let map: CharacterMap
    /// For each byte below 0x80 whether the map leaves it alone.
    private let keepsASCII: [Bool]

    /// Clusters of this many bytes are taken apart.
    private static let longCluster = 6

    init(map: CharacterMap) {
        self.map = map
        keepsASCII = (UInt8(0)..<0x80).map { byte in
            withUnsafePointer(to: byte) { map.shortestMatch(in: UnsafeBufferPointer(start: $0, count: 1)) == nil }
        }
    }

    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var rewriter = TextRewriter(text)
        var start = 0
        while start < text.count {
            // An ASCII character before another is a cluster of its own, but for a line's end.
            if text[start] < 0x80, text[start] != 0x0D, start + 1 == text.count || text[start + 1] < 0x80 {
                if !keepsASCII[Int(text[start])] { _ = replace(start..<start + 1, text, &rewriter) }
                start += 1
                continue
            }
            let end = clusterEnd(text, from: start)
            let isReplaced = end - start < Self.longCluster && replace(start..<end, text, &rewriter)
            if !isReplaced { replaceScalars(start..<end, text, &rewriter) }
            start = end
        }
        return rewriter.finish()
    }

    private func clusterEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var breaker = GraphemeBreaker()
        var index = start
        repeat {
            let scalar = UTF8Scalar(in: text, at: index)
            if breaker.isBoundary(before: scalar.code), index > start { break }
            index += scalar.length
        } while index < text.count
        return index
    }

    private func replaceScalars(
        _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, _ rewriter: inout TextRewriter
    ) {
        var index = range.lowerBound
        while index < range.upperBound {
            let end = index + UTF8Scalar(in: text, at: index).length
            _ = replace(index..<end, text, &rewriter)
            index = end
        }
    }

    /// Replaces `range` by what its shortest key stands for; false where it begins with none.
    private func replace(
        _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, _ rewriter: inout TextRewriter
    ) -> Bool {
        guard let replacement = map.shortestMatch(in: UnsafeBufferPointer(rebasing: text[range])) else { return false }
        rewriter.drop(range)
        rewriter.append(replacement)
        return true
    }
}
