/// Replaces every occurrence of a text, from left to right.
struct Replacement: Sendable {
    let pattern: [UInt8]
    let content: [UInt8]

    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        pattern.isEmpty ? insert(text) : replace(text)
    }

    private func replace(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        pattern.withUnsafeBufferPointer { pattern in
            var rewriter = TextRewriter(text)
            let first = pattern[0]
            var index = 0
            while index + pattern.count <= text.count {
                guard text[index] == first, Self.isPrefix(pattern, of: text, at: index) else {
                    index += 1
                    continue
                }
                rewriter.drop(index..<index + pattern.count)
                rewriter.append(content)
                index += pattern.count
            }
            return rewriter.finish()
        }
    }

    private static func isPrefix(
        _ pattern: UnsafeBufferPointer<UInt8>, of text: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> Bool {
        for offset in 1..<max(1, pattern.count) where text[start + offset] != pattern[offset] { return false }
        return true
    }

    /// An empty pattern matches before every scalar and at the end.
    private func insert(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        if text.isEmpty { return nil }
        var result: [UInt8] = []
        for byte in text {
            if byte & 0xC0 != 0x80 { result += content }
            result.append(byte)
        }
        return result + content
    }
}
