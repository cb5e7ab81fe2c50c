/// Finds the ends of extended grapheme clusters (Unicode Standard Annex 29).
///
/// Regional indicators are not paired: the only use here treats clusters of six bytes and more scalar by scalar, and a
/// pair has eight.
struct GraphemeBreaker {
    private typealias Class = UnicodeTraits.GraphemeClass

    private var previous = Class.control
    private var previousIsCarriageReturn = false
    /// Within a pictograph and the marks that extend it.
    private var extendsPictograph = false
    /// The joiner before was within a pictograph.
    private var joinsPictograph = false
    /// Within an Indic consonant and the marks that extend it.
    private var extendsConsonant = false
    /// A linker stood among those marks.
    private var linksConsonant = false

    /// Takes the next scalar; true where a cluster ends before it.
    mutating func isBoundary(before code: UInt32) -> Bool {
        let next = Self.graphemeClass(code)
        defer { advance(to: next, code) }
        switch next {
        case .control: return !(code == 0x0A && previousIsCarriageReturn)
        case _ where previous == .control: return true
        case .extend, .conjunctExtend, .linker, .joiner, .spacingMark: return false
        case _ where previous == .prepend: return false
        case .pictograph: return !joinsPictograph
        case .consonant: return !linksConsonant
        case .leadingJamo, .openSyllable, .closedSyllable: return previous != .leadingJamo
        case .vowelJamo: return !(previous == .leadingJamo || previous == .vowelJamo || previous == .openSyllable)
        case .trailingJamo:
            return
                !(previous == .vowelJamo || previous == .openSyllable || previous == .trailingJamo
                || previous == .closedSyllable)
        case .other, .prepend: return true
        }
    }

    private mutating func advance(to next: Class, _ code: UInt32) {
        joinsPictograph = next == .joiner && extendsPictograph
        switch next {
        case .extend, .conjunctExtend, .linker: break
        default: extendsPictograph = next == .pictograph
        }
        switch next {
        case .linker: linksConsonant = extendsConsonant
        case .conjunctExtend, .joiner: break
        default:
            extendsConsonant = next == .consonant
            linksConsonant = false
        }
        previous = next
        previousIsCarriageReturn = code == 0x0D
    }

    private static func graphemeClass(_ code: UInt32) -> Class {
        let index = code &- 0xAC00
        guard index < 11172 else { return UnicodeTraits[code].graphemeClass }
        return index % 28 == 0 ? .openSyllable : .closedSyllable
    }
}
