/// Which tokens of Whisper may come next.
///
/// 1. Suppressed ids never come, and neither does `<|notimestamps|>`, nor timestamps where they are not wanted.
/// 2. A window does not begin with a space or the end.
/// 3. With timestamps, the first token is one, at most `maxInitialTimestamp`; they come in pairs, except before the end;
///    they do not go back, and a segment is longer than nothing.
/// 4. When a timestamp is more probable than every single text token, the text tokens are banned (`preferredTokensFrom`).
///
/// **Source** openai-whisper `SuppressBlank`, `SuppressTokens`, `ApplyTimestampRules`; transformers'
/// `WhisperTimeStampLogitsProcessor` agrees for all histories. A `maxInitialTimestamp` of 0 means 0 as in transformers,
/// where openai-whisper takes it for none. Both leave unwanted timestamps to the model.
struct WhisperTokenRules: Sendable, Hashable {
    private let tokens: WhisperTokens
    private let hasTimestamps: Bool
    private let maxInitialTimestamp: Int32?
    /// Bits of ids that may come at all.
    private let allowed: [UInt32]
    /// Ids that do not come first.
    private let notFirst: [Int32]

    /// Rules of a window.
    ///
    /// `maxInitialTimestamp` is in seconds; nil is any.
    init(
        _ tokens: WhisperTokens, suppressing suppressed: [Int32], suppressBlank: Bool, hasTimestamps: Bool,
        maxInitialTimestamp: Double?
    ) {
        self.tokens = tokens
        self.hasTimestamps = hasTimestamps
        self.maxInitialTimestamp = maxInitialTimestamp.map { seconds in
            let index = (seconds / WhisperTokens.timePrecision).rounded(.toNearestOrEven)
            return Int32(min(max(index, 0), Double(tokens.vocabSize)))
        }
        notFirst = suppressBlank ? tokens.blank + [tokens.endOfText] : []
        var allowed = [UInt32](repeating: .max, count: (tokens.vocabSize + 31) / 32)
        allowed.withUnsafeMutableBufferPointer { mask in
            for id in suppressed { Self.ban(id..<id + 1, in: mask) }
            Self.ban(
                hasTimestamps ? tokens.noTimestamps..<tokens.noTimestamps + 1 : tokens.timestampBegin..<Int32.max,
                in: mask)
        }
        self.allowed = allowed
    }

    /// From here on tokens are preferred to those before when they are more probable together than any of those.
    var preferredTokensFrom: Int32? { hasTimestamps ? tokens.timestampBegin : nil }

    /// Clears the bits of the ids that may not come after `generated`; bit `id % 32` of word `id / 32`.
    func restrict(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
        for index in 0..<min(mask.count, allowed.count) { mask[index] &= allowed[index] }
        if generated.isEmpty { for id in notFirst { Self.ban(id..<id + 1, in: mask) } }
        if hasTimestamps { restrictTimestamps(mask, after: generated) }
    }

    private func restrictTimestamps(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
        let begin = tokens.timestampBegin
        guard let last = generated.last else {
            Self.ban(0..<begin, in: mask)
            if let maxInitialTimestamp { Self.ban(begin + maxInitialTimestamp + 1..<Int32.max, in: mask) }
            return
        }
        let opensPair =
            tokens.isTimestamp(last) && generated.count >= 2 && !tokens.isTimestamp(generated.dropLast().last ?? 0)
        if opensPair {
            Self.ban(0..<tokens.endOfText, in: mask)
        } else if tokens.isTimestamp(last) {
            Self.ban(begin..<Int32.max, in: mask)
        }
        if let latest = generated.last(where: tokens.isTimestamp) {
            Self.ban(begin..<(opensPair ? latest : latest + 1), in: mask)
        }
    }

    /// Clears the bits of some ids, as far as the mask has them.
    private static func ban(_ ids: Range<Int32>, in mask: UnsafeMutableBufferPointer<UInt32>) {
        let end = min(Int(ids.upperBound), mask.count * 32)
        var id = max(Int(ids.lowerBound), 0)
        while id < end {
            let bit = id % 32
            let count = min(32 - bit, end - id)
            mask[id / 32] &= ~((UInt32.max >> UInt32(32 - count)) << UInt32(bit))
            id += count
        }
    }
}
