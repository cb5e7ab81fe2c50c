/// Token ids with the text of a pair that each belongs to.
public struct TypedTokens: Sendable, Hashable {
    /// The ids.
    public var ids: [Int32]
    /// As many: 0 for the first text, 1 for the second where the model tells them apart.
    public var types: [Int32]

    /// Ids with their types.
    public init(ids: [Int32], types: [Int32]) {
        self.ids = ids
        self.types = types
    }
}

extension Tokenizer {
    /// Which end of a text gives way when there are too many tokens.
    public enum TruncationSide: String, Sendable, Hashable, CaseIterable {
        /// The beginning.
        case left
        /// The end.
        case right
    }

    /// Whether the file says how two texts are put together.
    public var encodesPairs: Bool { postProcessor.pairParts != nil }

    /// The tokens of one or two texts with the special tokens around them, at most `maxTokens` in all.
    ///
    /// What is too long is cut before special tokens are added, the longer text first, as `longest_first` of the
    /// tokenizers library; special tokens are never cut. A pair without a rule of the file is the texts one after the
    /// other.
    public func encode(
        _ text: String, pair: String?, addSpecialTokens: Bool = true, maxTokens: Int? = nil,
        side: TruncationSide = .right
    ) -> TypedTokens {
        var first = encode(text, addSpecialTokens: false)
        var second = pair.map { encode($0, addSpecialTokens: false) } ?? []
        let parts = parts(isPair: pair != nil, addSpecialTokens: addSpecialTokens)
        if let maxTokens {
            let numSpecial = parts.reduce(0) { if case .token = $1.part { $0 + 1 } else { $0 } }
            let lengths = Self.longestFirst(first.count, second.count, limit: max(maxTokens - numSpecial, 0))
            first = side == .right ? Array(first.prefix(lengths.0)) : Array(first.suffix(lengths.0))
            second = side == .right ? Array(second.prefix(lengths.1)) : Array(second.suffix(lengths.1))
        }
        var result = TypedTokens(ids: [], types: [])
        for part in parts {
            let ids: [Int32]
            switch part.part {
            case .text: ids = first
            case .secondText: ids = second
            case .token(let id): ids = [id]
            }
            result.ids += ids
            result.types += [Int32](repeating: part.type, count: ids.count)
        }
        return result
    }

    private func parts(isPair: Bool, addSpecialTokens: Bool) -> [PostProcessor.TypedPart] {
        if isPair {
            if addSpecialTokens, let parts = postProcessor.pairParts { return parts }
            return [.init(part: .text, type: 0), .init(part: .secondText, type: addSpecialTokens ? 0 : 1)]
        }
        return (addSpecialTokens ? postProcessor.parts : postProcessor.plainParts).map { .init(part: $0, type: 0) }
    }

    /// **Source** tokenizers `truncate_encodings`.
    private static func longestFirst(_ first: Int, _ second: Int, limit: Int) -> (Int, Int) {
        guard first + second > limit else { return (first, second) }
        let shorter = min(first, second)
        var (short, long) = (shorter, shorter > limit ? shorter : max(shorter, limit - shorter))
        if short + long > limit { (short, long) = (limit / 2, limit / 2 + limit % 2) }
        return first > second ? (long, short) : (short, long)
    }
}
