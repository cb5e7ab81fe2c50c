/// Regular expressions as grammars have them: in the syntax of Rust's regex library, which differs from ECMA-262 in what
/// the shorthands mean. They are rewritten here to what `PatternParser` reads alike.
enum RustPattern {
    /// The texts that the pattern matches from beginning to end.
    static func wholeMatch(
        _ pattern: String, flags: String, limits: GrammarLimits
    ) throws(GrammarError) -> Regex {
        var prefix = ""
        for flag in flags {
            switch flag {
            case "i", "m", "s", "x": prefix.append(flag)
            // Patterns are about Unicode scalars anyway.
            case "u": break
            default: throw GrammarError(.unsupported, "the flag '\(flag)' of a regular expression is not supported")
            }
        }
        let isDotAll = flags.contains("s")
        let body = try rewritten(pattern, isDotAll: isDotAll)
        return try PatternParser.wholeMatch(prefix.isEmpty ? body : "(?\(prefix))\(body)", limits: limits)
    }

    /// What a shorthand stands for within a class.
    private static func members(_ shorthand: Unicode.Scalar) -> String? {
        switch shorthand {
        case "d": #"\p{Nd}"#
        case "D": #"\P{Nd}"#
        case "s": #"\p{White_Space}"#
        case "S": #"\P{White_Space}"#
        case "w": #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}"#
        default: nil
        }
    }

    private static func rewritten(_ pattern: String, isDotAll: Bool) throws(GrammarError) -> String {
        var result = String.UnicodeScalarView()
        var scalars = pattern.unicodeScalars.makeIterator()
        var isInClass = false
        while let scalar = scalars.next() {
            switch scalar {
            case "\\":
                guard let escaped = scalars.next() else {
                    throw GrammarError(.invalid, "the regular expression ends in a backslash")
                }
                if let members = members(escaped) {
                    result.append(contentsOf: (isInClass ? members : "[\(members)]").unicodeScalars)
                } else if escaped == "W" {
                    guard !isInClass, let word = members("w") else {
                        throw GrammarError(.unsupported, "\\W within a class of a regular expression is not supported")
                    }
                    result.append(contentsOf: "[^\(word)]".unicodeScalars)
                } else {
                    result.append(scalar)
                    result.append(escaped)
                }
            case "[":
                isInClass = true
                result.append(scalar)
            case "]":
                isInClass = false
                result.append(scalar)
            case "." where !isInClass && !isDotAll:
                // Everything but a line feed; inline flags such as (?s) are read by the pattern parser, so leave
                // the dot to it where there are any.
                if pattern.contains("(?") {
                    result.append(scalar)
                } else {
                    result.append(contentsOf: #"[^\n]"#.unicodeScalars)
                }
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
