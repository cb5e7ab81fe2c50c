/// What is done to the text before it is split.
///
/// **Source** tokenizers `normalizers`, whose names and results these are.
indirect enum Normalizer: Sendable {
    /// A normalisation form of Unicode.
    case unicode(NormalizationForm)
    case nmt
    case bert(BertNormalizer)
    /// Scalar by scalar, without regard to neighbours.
    case lowercase
    /// Whitespace at the ends.
    case strip(left: Bool, right: Bool)
    /// Combining marks.
    case stripAccents
    /// Text before any text that is not empty.
    case prepend([UInt8])
    /// GPT-2's spelling of bytes.
    case byteLevel
    case replace(Replacement)
    case replaceMatches(of: RegexPattern, content: [UInt8])
    /// SentencePiece's character map.
    case precompiled(PrecompiledNormalizer)
    /// All that SentencePiece does before its model.
    case sentencePiece(SentencePieceNormalizer)
    /// One after the other.
    case sequence([Normalizer])

    /// Canonical composition.
    static let nfc = Normalizer.unicode(.nfc)

    /// The normalised text, or nil where it is no other than `text`.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        switch self {
        case .unicode(let form): form.normalize(text)
        case .nmt: ScalarNormalizers.nmt(text)
        case .bert(let bert): bert.normalize(text)
        case .lowercase: Lowercase.normalize(text)
        case .strip(let left, let right): ScalarNormalizers.strip(text, left: left, right: right)
        case .stripAccents: ScalarNormalizers.stripAccents(text)
        case .prepend(let prefix): text.isEmpty || prefix.isEmpty ? nil : prefix + text
        case .byteLevel: ScalarNormalizers.byteLevel(text)
        case .replace(let replacement): replacement.normalize(text)
        case .replaceMatches(let pattern, let content): pattern.replaceAll(in: text, with: content)
        case .precompiled(let precompiled): precompiled.normalize(text)
        case .sentencePiece(let normalizer): normalizer.normalize(text)
        case .sequence(let parts): Self.chain(parts.lazy.map { $0.normalize }, text)
        }
    }

    /// The same for a stretch of text; `isFirst` where it begins the whole text, which SentencePiece's prefix asks for.
    func normalize(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> [UInt8]? {
        if case .sentencePiece(let normalizer) = self { return normalizer.normalize(text, isFirst: isFirst) }
        return normalize(text)
    }

    /// One change of a text, nil for none.
    typealias Stage = (UnsafeBufferPointer<UInt8>) -> [UInt8]?

    /// The text after all stages, or nil where none changed it.
    static func chain(_ stages: some Sequence<Stage>, _ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var current: [UInt8]?
        for stage in stages {
            let next = current.map { $0.withUnsafeBufferPointer(stage) } ?? stage(text)
            current = next ?? current
        }
        return current
    }
}
