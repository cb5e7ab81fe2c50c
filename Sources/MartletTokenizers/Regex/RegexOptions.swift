/// What `(?imxWDSP)` switches.
struct RegexOptions: OptionSet, Sendable {
    let rawValue: UInt8

    static let ignoreCase = RegexOptions(rawValue: 1)
    /// `.` matches a newline too.
    static let multiLine = RegexOptions(rawValue: 2)
    /// White space and comments are not part of the pattern.
    static let extended = RegexOptions(rawValue: 4)
    static let asciiWord = RegexOptions(rawValue: 8)
    static let asciiDigit = RegexOptions(rawValue: 16)
    static let asciiSpace = RegexOptions(rawValue: 32)
    static let asciiPOSIX = RegexOptions(rawValue: 64)

    /// The option of a letter, or nil.
    init?(letter: UInt32) {
        switch Unicode.Scalar(letter) {
        case "i": self = .ignoreCase
        case "m": self = .multiLine
        case "x": self = .extended
        case "W": self = .asciiWord
        case "D": self = .asciiDigit
        case "S": self = .asciiSpace
        case "P": self = .asciiPOSIX
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Whether the property is cut down to ASCII.
    func limitsToASCII(_ property: RegexCharacterType) -> Bool {
        if contains(.asciiPOSIX) { return property != .ascii }
        switch property {
        case .word: return contains(.asciiWord)
        case .digit: return contains(.asciiDigit)
        case .space: return contains(.asciiSpace)
        default: return false
        }
    }
}

/// The POSIX bracket names, of which `\w`, `\d`, `\s` and `\h` are four.
enum RegexCharacterType: String, CaseIterable, Sendable {
    case alnum, alpha, blank, cntrl, digit, graph, lower, print, punct, space, upper, xdigit, word, ascii

    /// Its scalars; `\w` and `[[:punct:]]` are not the same in brackets and outside.
    ///
    /// **Source** Oniguruma: outside brackets `\w` goes by a table of its own below U+0100, which has `½`.
    func ranges(_ options: RegexOptions, inBrackets: Bool) -> ScalarRanges {
        let isSpecial = inBrackets && (self == .word || self == .punct)
        let full = UnicodeProperty.ranges(named: isSpecial ? "[\(rawValue)]" : rawValue) ?? .none
        return options.limitsToASCII(self) ? full.intersection(ScalarRanges([0...0x7F])) : full
    }
}
