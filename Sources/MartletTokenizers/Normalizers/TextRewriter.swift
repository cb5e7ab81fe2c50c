/// Builds changed text out of stretches that stay and stretches that are replaced.
struct TextRewriter {
    private let text: UnsafeBufferPointer<UInt8>
    private var output: [UInt8] = []
    /// The text before this is copied or dropped.
    private var position = 0
    private var isChanged = false

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Drops `range`, which must not lie before one dropped earlier; what is appended next stands in its place.
    mutating func drop(_ range: Range<Int>) {
        if !isChanged {
            isChanged = true
            output.reserveCapacity(text.count + text.count / 8 + 16)
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[position..<range.lowerBound]))
        position = range.upperBound
    }

    mutating func append(_ bytes: some Sequence<UInt8>) { output.append(contentsOf: bytes) }

    mutating func append(_ code: UInt32) { UTF8Scalar.append(code, to: &output) }

    /// The whole text, or nil where nothing was dropped.
    consuming func finish() -> [UInt8]? {
        guard isChanged else { return nil }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[position...]))
        return output
    }

    /// The text with scalars replaced, or nil where all stay; `change` gets each scalar and its place.
    static func rewrite(
        _ text: UnsafeBufferPointer<UInt8>, _ change: (UInt32, Range<Int>, inout TextRewriter) -> Void
    ) -> [UInt8]? {
        var rewriter = TextRewriter(text)
        var index = 0
        while index < text.count {
            let scalar = UTF8Scalar(in: text, at: index)
            change(scalar.code, index..<index + scalar.length, &rewriter)
            index += scalar.length
        }
        return rewriter.finish()
    }
}
