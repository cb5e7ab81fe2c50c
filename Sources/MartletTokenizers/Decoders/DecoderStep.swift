/// One step of the decoder: what it makes of a list of tokens.
///
/// **Source** tokenizers `decoders/*` and the decoding sides of `pre_tokenizers/{byte_level,metaspace}` and
/// `normalizers/replace`.
enum DecoderStep: Sendable {
    /// Spells a text in each token differently.
    case replace(pattern: [UInt8], content: [UInt8])
    /// Spells what a regular expression matches differently.
    case replaceMatches(of: RegexPattern, content: [UInt8])
    /// The replacement character becomes a space; in the first token it vanishes where a space was prepended.
    case metaspace(replacement: [UInt8], dropsFirst: Bool)
    /// Tokens `<0x00>` to `<0xFF>` become the text of their bytes.
    case byteFallback
    /// Removes up to `start` and `stop` times a character from the ends of each token.
    case strip(content: [UInt8], start: Int, stop: Int)
    /// Words are joined with spaces, tokens with the prefix without.
    case wordPiece(prefix: [UInt8], cleanup: Bool)
    /// The suffix becomes a space, in the last token nothing.
    case bpe(suffix: [UInt8])
    /// Repeated tokens and pads vanish, the delimiter becomes a space.
    case ctc(pad: [UInt8], delimiter: [UInt8], cleanup: Bool)
    /// A text in the byte alphabet becomes its bytes; only after the tokens were joined.
    case byteLevel
    /// All that SentencePiece does.
    case sentencePiece(SentencePieceDecoder)
    /// SentencePiece's normalisation of the whole text.
    case denormalize(SentencePieceNormalizer)
}

extension DecoderStep {
    /// What a step that looks at single tokens makes of one; `isFirst` and `isLast` tell its place.
    func apply(to token: [UInt8], isFirst: Bool, isLast: Bool) -> [UInt8] {
        switch self {
        case .replace(let pattern, let content): token.isEmpty ? [] : token.replacing(pattern, content)
        case .replaceMatches(let pattern, let content):
            token.withUnsafeBufferPointer { pattern.replaceAll(in: $0, with: content) } ?? token
        case .metaspace(let replacement, let dropsFirst):
            token.replacing(replacement, isFirst && dropsFirst ? [] : [UInt8(ascii: " ")])
        case .byteFallback: token
        case .strip(let content, let start, let stop): token.stripping(content, start: start, stop: stop)
        case .wordPiece(let prefix, let cleanup): Self.wordPiece(token, prefix, cleanup, isFirst: isFirst)
        case .bpe(let suffix): token.replacing(suffix, isLast ? [] : [UInt8(ascii: " ")])
        case .ctc(let pad, let delimiter, let cleanup): Self.ctc(token, pad, delimiter, cleanup)
        case .byteLevel: Array(String(decoding: token.bytesOfAlphabet(), as: UTF8.self).utf8)
        case .sentencePiece(let decoder): decoder.bytes(of: token)
        case .denormalize(let normalizer): token.withUnsafeBufferPointer { normalizer.normalize($0) }
        }
    }

    private static func wordPiece(
        _ token: [UInt8], _ prefix: [UInt8], _ cleanup: Bool, isFirst: Bool
    ) -> [UInt8] {
        var token = token
        if !isFirst {
            if token.starts(with: prefix) {
                token.removeFirst(prefix.count)
            } else {
                token.insert(UInt8(ascii: " "), at: 0)
            }
        }
        return cleanup ? token.cleanedUp() : token
    }

    private static func ctc(_ token: [UInt8], _ pad: [UInt8], _ delimiter: [UInt8], _ cleanup: Bool) -> [UInt8] {
        let token = token.replacing(pad, [])
        return cleanup ? token.cleanedUp().replacing(delimiter, [UInt8(ascii: " ")]) : token
    }

    /// The byte that a token `<0xNN>` stands for.
    static func byte(of token: some Collection<UInt8>) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token.dropFirst(5).first == UInt8(ascii: ">") else {
            return nil
        }
        // The reference parses as Rust does, which takes a sign before the digits.
        let digits = token.dropFirst(3).prefix(2)
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
