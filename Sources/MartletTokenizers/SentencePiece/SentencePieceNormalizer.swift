/// SentencePiece's own normalisation: the longest rule of the character map at each place, then the handling of spaces.
///
/// **Source** sentencepiece `normalizer.cc`.
struct SentencePieceNormalizer: Sendable {
    private let map: CharacterMap?
    /// Pieces that the text keeps as they are.
    private let userDefined: PrefixMatcher
    private let spec: Spec

    /// How spaces are handled.
    struct Spec: Sendable {
        var addsDummyPrefix: Bool
        var removesExtraWhitespace: Bool
        var escapesWhitespace: Bool
        var treatsWhitespaceAsSuffix: Bool
        /// Every stretch of a text gets the dummy prefix, not only that at its start.
        var prefixesAllStretches = false
    }

    private static let space = UInt8(ascii: " ")
    private static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]
    private static let replacementCharacter: [UInt8] = [0xEF, 0xBF, 0xBD]

    init(map: CharacterMap?, userDefined: PrefixMatcher, spec: Spec) {
        self.map = map
        self.userDefined = userDefined
        self.spec = spec
    }

    /// The text as the model takes it; `isFirst` where it begins the whole text.
    func normalize(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool = true) -> [UInt8] {
        let symbol = spec.escapesWhitespace ? Self.escapedSpace : [Self.space]
        var position = spec.removesExtraWhitespace ? endOfLeadingSpaces(text) : 0
        guard position < text.count else { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 2 + 8)
        let addsSpace = spec.addsDummyPrefix && (isFirst || spec.prefixesAllStretches)
        if addsSpace, !spec.treatsWhitespaceAsSuffix { result += symbol }
        var dropsSpaces = spec.removesExtraWhitespace
        while position < text.count {
            let length = prefix(of: text, at: position) { replacement in
                var replacement = replacement
                if dropsSpaces { replacement = replacement.drop { $0 == Self.space } }
                guard let last = replacement.last else { return }
                for byte in replacement {
                    if byte == Self.space { result += symbol } else { result.append(byte) }
                }
                dropsSpaces = spec.removesExtraWhitespace && last == Self.space
            }
            position += length
        }
        if spec.removesExtraWhitespace {
            while result.count >= symbol.count, result.suffix(symbol.count).elementsEqual(symbol) {
                result.removeLast(symbol.count)
            }
        }
        if addsSpace, spec.treatsWhitespaceAsSuffix { result += symbol }
        return result
    }

    private func endOfLeadingSpaces(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var position = 0
        while position < text.count {
            var isSpace = false
            let length = prefix(of: text, at: position) { isSpace = $0.count == 1 && $0.first == Self.space }
            guard isSpace else { break }
            position += length
        }
        return position
    }

    /// Gives `body` what the next stretch of text becomes, and returns its length.
    @inline(__always)
    private func prefix(
        of text: UnsafeBufferPointer<UInt8>, at position: Int, _ body: (Slice<UnsafeBufferPointer<UInt8>>) -> Void
    ) -> Int {
        if let length = userDefined.longestMatch(in: text, at: position) {
            body(text[position..<position + length])
            return length
        }
        let rest = UnsafeBufferPointer(rebasing: text[position...])
        if let match = map?.longestMatch(in: rest) {
            match.replacement.withUnsafeBufferPointer { body($0[...]) }
            return match.length
        }
        guard let length = Self.scalarLength(rest) else {
            Self.replacementCharacter.withUnsafeBufferPointer { body($0[...]) }
            return 1
        }
        body(text[position..<position + length])
        return length
    }

    /// The length of the well-formed scalar that `text` begins with.
    private static func scalarLength(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        if text[0] < 0x80 { return 1 }
        var progress = UTF8Progress()
        for (index, byte) in text.prefix(4).enumerated() {
            guard progress.accept(byte) else { return nil }
            if progress.isComplete { return index + 1 }
        }
        return nil
    }
}
