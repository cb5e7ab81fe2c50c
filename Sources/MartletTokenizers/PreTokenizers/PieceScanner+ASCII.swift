// Words of ASCII, which most patterns see most of the time: eight bytes at a time, and only where an ASCII character
// or the end of the text comes after, so that no mark or letter beyond ASCII could have joined.

extension PieceScanner {
    /// `P?\p{L}+` at `start`, where P accepts `lead`; nil where the general way must find out.
    @inline(__always)
    func asciiWord(at start: Int, mayLead: (UInt8) -> Bool) -> Int? {
        guard let word = asciiWordStart(start, mayLead: mayLead) else { return nil }
        let wordEnd = run(from: word, of: Self.letters)
        return wordEnd > word && isASCIIOrEnd(wordEnd) ? wordEnd : nil
    }

    /// `P?[A-Z]*[a-z]+|P?[A-Z]+` at `start` likewise.
    @inline(__always)
    func asciiCasedWord(at start: Int, mayLead: (UInt8) -> Bool) -> Int? {
        guard let word = asciiWordStart(start, mayLead: mayLead) else { return nil }
        var upperEnd = word
        while upperEnd < end, bytes[upperEnd] &- 0x41 < 26 { upperEnd &+= 1 }
        let wordEnd = run(from: upperEnd, of: Self.lowerCase)
        return wordEnd > word && isASCIIOrEnd(wordEnd) ? wordEnd : nil
    }

    /// Where the letters of a word must begin.
    @inline(__always)
    private func asciiWordStart(_ start: Int, mayLead: (UInt8) -> Bool) -> Int? {
        let first = bytes[start]
        if (first | 0x20) &- 0x61 < 26 { return start }
        return mayLead(first) ? start &+ 1 : nil
    }

    @inline(__always)
    private func isASCIIOrEnd(_ position: Int) -> Bool { position == end || bytes[position] < 0x80 }

    /// True for ASCII that is no letter, digit, newline or apostrophe.
    @inline(__always)
    static func leads(_ byte: UInt8) -> Bool {
        byte < 0x80 && byte &- 0x30 > 9 && byte != 0x0A && byte != 0x0D && byte != 0x27
    }

    private static let letters: UInt64 = 0x2020_2020_2020_2020
    private static let lowerCase: UInt64 = 0

    /// The end of the run of ASCII letters; `fold` is the bit in which cases differ, in every byte, to accept both.
    @inline(__always)
    private func run(from start: Int, of fold: UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = start
        guard let base = bytes.baseAddress else { return start }
        while position &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
            let folded = (word | fold) & (ones &* 0x7F)
            // A byte's high bit: set from "a" on, and from beyond "z" on. No sum carries into the next byte.
            let isLetter = (folded &+ ones &* 0x1F) & ~(folded &+ ones &* 0x05) & ~word & (ones &* 0x80)
            let others = isLetter ^ (ones &* 0x80)
            if others != 0 { return position &+ others.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        let bit = UInt8(truncatingIfNeeded: fold)
        while position < bytes.count, (base[position] | bit) &- 0x61 < 26 { position &+= 1 }
        return position
    }
}
