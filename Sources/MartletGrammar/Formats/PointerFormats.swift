/// JSON pointers, and URI templates.
enum PointerFormats {
    /// RFC 6901.
    static let pointer = "(?:/(?:[^~/]|~[01])*)*"

    /// Up some levels, then down, or the name of the place.
    static let relativePointer = "(?:0|[1-9]\\d*)(?:#|\(pointer))"

    /// RFC 6570, all levels. Lengths of prefixes have at most three digits, as checkers have it.
    static let template = "(?:\(literal)|%[0-9A-Fa-f]{2}|\\{[+#./;?&]?\(variable)(?:,\(variable))*\\})*"
    private static let literal = "[^\\x00-\\x20\"%<>\\\\^`{|}\\x7F-\\x9F]"
    private static let letter = "(?:\\w|%[0-9A-Fa-f]{2})"
    private static let variable = "\(letter)(?:\\.?\(letter))*(?:\\*|:[1-9]\\d{0,2})?"
}
