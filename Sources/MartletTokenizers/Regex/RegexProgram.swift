/// What the matcher runs: a regular expression compiled for one direction at a time.
struct RegexProgram: Sendable {
    enum Operation: UInt8 {
        /// The end of the pattern, of a lookaround or of an atomic group.
        case accept
        /// One byte, and one scalar of the set `a`; the second of each pair reads backwards.
        case byte, byteBackward, set, setBackward
        /// As many scalars of the set `a` as there are, giving back one by one (not at all).
        case run, runBackward, possessiveRun
        /// Continue at `a`, and when that fails at `b`.
        case split
        case jump
        /// An iteration of a loop whose body may be empty begins, at depth `a`.
        case iterationStart
        /// The iteration ends; where it was empty the loop does too, at `b`.
        case iterationEnd
        case assertion
        /// The next (last) scalar is one of the set `a`, or is not where `b` is 1.
        case setAfter, setBefore
        /// The program at `b` must (not) match here.
        case look, lookNot
        /// The program at `b`, in the first way it matches.
        case atomic
        case keep
        case textSegment
        case fail
    }

    struct Instruction: Sendable {
        var operation: Operation
        var a: Int32 = 0
        var b: Int32 = 0
        /// Where a state that can be reached in several ways is remembered, -1 for none: the first of its slots.
        var slot: Int32 = -1
        /// How many loops with bodies that may be empty it is in.
        var depth: Int32 = 0
    }

    var instructions: [Instruction] = []
    /// Slots before this are those of the pattern itself, the others those of lookarounds and atomic groups.
    var mainSlotCount = 0
    var slotCount = 0
    var usesSearchStart = false
    var wordSet = 0
    var asciiWordSet = 0
    var runCount = 0
    var sets = RegexSets()
    /// For each instruction the bytes that what begins there can begin with.
    var firstBytes: [FirstBytes] = []

    static let maxInstructions = 60_000

    /// False only where no byte of the text can begin a match.
    func mayMatch(somewhereIn text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = firstBytes[0]
        return first.canBeEmpty || text.contains { first.contains($0) }
    }

    /// A set of bytes; `canBeEmpty` where nothing need be read, which makes the set useless.
    struct FirstBytes: Sendable, Equatable {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var canBeEmpty = false

        static func == (left: Self, right: Self) -> Bool {
            left.words == right.words && left.canBeEmpty == right.canBeEmpty
        }

        static let anything = FirstBytes(words: (.max, .max, .max, .max), canBeEmpty: true)

        @inline(__always)
        func contains(_ byte: UInt8) -> Bool {
            let bit = UInt64(byte & 63)
            let word =
                byte < 0x80 ? (byte < 0x40 ? words.0 : words.1) : (byte < 0xC0 ? words.2 : words.3)
            return word >> bit & 1 == 1
        }

        mutating func insert(_ byte: UInt8) {
            let bit = UInt64(1) << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: words.0 |= bit
            case 1: words.1 |= bit
            case 2: words.2 |= bit
            default: words.3 |= bit
            }
        }

        mutating func formUnion(_ other: FirstBytes) {
            words.0 |= other.words.0
            words.1 |= other.words.1
            words.2 |= other.words.2
            words.3 |= other.words.3
            canBeEmpty = canBeEmpty || other.canBeEmpty
        }
    }
}
