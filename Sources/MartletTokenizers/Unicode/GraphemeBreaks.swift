/// Boundaries of extended grapheme clusters as Oniguruma draws them.
///
/// **Source** UAX #29 without rule GB9c; the classes were found by asking the library.
struct GraphemeBreaks: Sendable {
    static let shared = GraphemeBreaks()

    private let control = ScalarLookup(named: "grapheme:control")
    private let extend = ScalarLookup(named: "grapheme:extend")
    private let spacingMark = ScalarLookup(named: "grapheme:spacingmark")
    private let prepend = ScalarLookup(named: "grapheme:prepend")
    private let pictographic = ScalarLookup(named: "extendedpictographic")

    private static let joiner: UInt32 = 0x200D

    /// Whether a cluster ends, and another begins, before `position`.
    func isBoundary(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        if position == 0 || position == bytes.count { return true }
        let before = UTF8Scalar(in: bytes, before: position).code
        let after = UTF8Scalar(in: bytes, at: position).code
        if before == 0x0D, after == 0x0A { return false }
        if before < 0x300, after < 0x300 { return true }
        if control.contains(before) || control.contains(after) { return true }
        if let from = Hangul(before), let to = Hangul(after) { return !from.joins(to) }
        if extend.contains(after) || after == Self.joiner || spacingMark.contains(after) { return false }
        if prepend.contains(before) { return false }
        if before == Self.joiner, pictographic.contains(after) { return !followsPictograph(bytes, position) }
        guard isRegionalIndicator(before), isRegionalIndicator(after) else { return true }
        return indicators(bytes, before: position) % 2 == 0
    }

    /// Whether a pictograph, marks and one joiner end at `position`.
    private func followsPictograph(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        var start = previous(bytes, position)
        while start > 0 {
            let code = UTF8Scalar(in: bytes, before: start).code
            if pictographic.contains(code) { return true }
            guard extend.contains(code) else { return false }
            start = previous(bytes, start)
        }
        return false
    }

    private func indicators(_ bytes: UnsafeBufferPointer<UInt8>, before position: Int) -> Int {
        var (start, count) = (position, 0)
        while start > 0, isRegionalIndicator(UTF8Scalar(in: bytes, before: start).code) {
            start = previous(bytes, start)
            count += 1
        }
        return count
    }

    private func isRegionalIndicator(_ code: UInt32) -> Bool { (0x1F1E6...0x1F1FF).contains(code) }

    private func previous(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
        var start = position - 1
        while start > 0, bytes[start] & 0xC0 == 0x80, position - start < 4 { start -= 1 }
        return start
    }

    /// What a part of a Korean syllable is.
    private enum Hangul {
        case leading, vowel, trailing, syllable, closedSyllable

        init?(_ code: UInt32) {
            switch code {
            case 0x1100...0x115F, 0xA960...0xA97C: self = .leading
            case 0x1160...0x11A7, 0xD7B0...0xD7C6, 0x16D63, 0x16D67...0x16D6A: self = .vowel
            case 0x11A8...0x11FF, 0xD7CB...0xD7FB: self = .trailing
            case 0xAC00...0xD7A3: self = (code - 0xAC00) % 28 == 0 ? .syllable : .closedSyllable
            default: return nil
            }
        }

        func joins(_ next: Hangul) -> Bool {
            switch self {
            case .leading: next != .trailing
            case .vowel, .syllable: next == .vowel || next == .trailing
            case .trailing, .closedSyllable: next == .trailing
            }
        }
    }
}
