/// Regular expressions, as far as they are valid both in ECMA-262 with the `u` flag and elsewhere: groups nest five deep at
/// most, lookaheads stand outside groups only, and there are no backreferences, lookbehinds, named groups or properties.
/// Which expressions are valid beyond that is not regular.
enum RegexFormat {
    static let pattern: String = {
        var nested = alternatives([term])
        for _ in 0..<4 { nested = alternatives([term, "\\((?:\\?:)?\(nested)\\)\(quantifier)"]) }
        return alternatives([term, "\\((?:\\?:)?\(nested)\\)\(quantifier)", "\\(\\?[=!]\(alternatives([term]))\\)"])
    }()

    /// Any number of terms and bars: alternatives may be empty.
    private static func alternatives(_ terms: [String]) -> String { "(?:\(terms.joined(separator: "|"))|\\|)*" }

    /// One that holds no group: an assertion, or an atom that may be repeated.
    private static let term = "[$^]|\\\\[bB]|\(atom)\(quantifier)"
    private static let atom = "(?:[^\\\\^$.*+?()\\[\\]{}|]|\\.|\(escape)|\(bracket))"
    private static let escape =
        "\\\\(?:[dDwWsStnrfv\\\\^$.*+?()\\[\\]{}|/]|x\(hex){2}|u(?:[0-9A-CEFa-cef]\(hex)|[dD][0-7])\(hex){2})"
    private static let hex = "[0-9A-Fa-f]"
    private static let quantifier = "(?:(?:[*+?]|\\{(?:\\d{1,3},?|\(bounds))\\})\\??)?"
    /// Two numbers in order: of one digit, or the second longer, or with a greater first digit.
    private static let bounds: String = {
        let single = (0...9).map { "\($0),[\($0)-9]" }
        let double = (1...8).map { "\($0)\\d,[\($0 + 1)-9]\\d" }
        return (single + double + ["\\d,[1-9]\\d{1,2}", "\\d\\d,[1-9]\\d\\d"]).joined(separator: "|")
    }()

    private static let bracket = "\\[\\^?(?:\(member))+-?\\]"
    private static let member = "[^\\\\\\]\\[^&~|:-]|\(classEscape)|\(ranges)"
    private static let classEscape = "\\\\[dDwWsStnrfv\\\\^$.*+?()\\[\\]{}|/-]"
    private static let ranges = "a-[zf]|A-[ZF]|0-9|a-z|1-9|0-7"
}
