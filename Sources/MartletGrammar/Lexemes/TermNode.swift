/// One term as it is stored: what it is made of and what is known about it.
struct TermNode: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case nothing
        case empty
        /// `a`: index of the set.
        case scalars
        /// `a`, which is no sequence, and then `b`.
        case sequence
        /// The `b` operands from `a` on.
        case union
        /// The `b` operands from `a` on.
        case intersection
        /// Not `a`.
        case complement
        /// `a`, from `b` to `c` times (`TermArena.unbounded`).
        case repeated
        /// The rest of a JSON string whose decoded rest is in `a`, up to and with the closing quote.
        case jsonContent
        /// As `jsonContent`, after a backslash.
        case jsonEscape
        /// As `jsonContent`, after `\u` and some of its digits; `b` is a `HexProgress`.
        case jsonHex
        /// `a`: index of the remainder and the modulus.
        case digits
        /// `a`: index of the `DecimalRemainder`.
        case decimals
        /// `a`: index of the automaton, `b`: the state, neither `everything` nor `nothing`.
        case automaton
    }

    struct Flags: OptionSet, BitwiseCopyable {
        var rawValue: UInt8
        static let nullable = Flags(rawValue: 1)
        static let nonEmpty = Flags(rawValue: 2)
        static let knownEmpty = Flags(rawValue: 4)
        static let prefixFree = Flags(rawValue: 8)
        static let notPrefixFree = Flags(rawValue: 16)
    }

    var kind: Kind
    var flags: Flags = []
    /// How deep a derivative recurs.
    var reach: UInt16 = 0
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    /// No text is shorter.
    var minLength: UInt32 = 0
    /// No text is longer; `UInt32.max` where there is no bound.
    var maxLength: UInt32 = .max
    /// Its partition of the scalars, -1 where that is not known yet.
    var partition: Int32 = -1
    /// Where its derivatives begin, one for each class of the partition; -1 where there are none yet.
    var row: Int32 = -1
    /// The last search that came by.
    var mark: Int32 = 0
    var fingerprint: Fingerprint
}
