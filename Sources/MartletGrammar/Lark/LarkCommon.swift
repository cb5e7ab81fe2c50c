/// The terminals of Lark's library `common`.
enum LarkCommon {
    /// Patterns by name.
    static let patterns: [String: String] = [
        "DIGIT": "[0-9]",
        "HEXDIGIT": "[0-9A-Fa-f]",
        "INT": "[0-9]+",
        "SIGNED_INT": "[+-]?[0-9]+",
        "DECIMAL": decimal,
        "_EXP": exponent,
        "FLOAT": float,
        "SIGNED_FLOAT": "[+-]?(\(float))",
        "NUMBER": "[0-9]+|\(float)",
        "SIGNED_NUMBER": "[+-]?([0-9]+|\(float))",
        "ESCAPED_STRING": #""([^"\\]|\\.)*""#,
        "LCASE_LETTER": "[a-z]",
        "UCASE_LETTER": "[A-Z]",
        "LETTER": "[A-Za-z]",
        "WORD": "[A-Za-z]+",
        "CNAME": "[A-Za-z_][0-9A-Za-z_]*",
        "WS_INLINE": #"[ \t]+"#,
        "WS": #"[ \t\f\r\n]+"#,
        "CR": #"\r"#,
        "LF": #"\n"#,
        "NEWLINE": #"(\r?\n)+"#,
        "SH_COMMENT": #"#[^\n]*"#,
        "CPP_COMMENT": #"//[^\n]*"#,
        "C_COMMENT": #"/\*[^*]*\*+([^*/][^*]*\*+)*/"#,
        "SQL_COMMENT": #"--[^\n]*"#,
    ]

    private static let decimal = #"[0-9]+\.[0-9]*|\.[0-9]+"#
    private static let exponent = "[eE][+-]?[0-9]+"
    private static let float = "(\(decimal))(\(exponent))?|[0-9]+\(exponent)"
}
