import MartletJSON

/// What part of a Lark definition matches, before it is known which names are rules and which are terminals.
indirect enum LarkExpression {
    case literal(String, ignoresCase: Bool, at: Int)
    case range(Unicode.Scalar, Unicode.Scalar)
    case regex(String, flags: String, at: Int)
    /// A rule, in lower case, or a terminal, in upper case.
    case name(String, at: Int)
    /// `<name>`: a special token, or its text.
    case special(String)
    /// `%json {...}`.
    case schema(JSONValue, at: Int)
    /// `%regex {"substring_...": ...}`: the chunks from any one to any later one.
    case substring([String])
    case sequence([LarkExpression])
    case choice([LarkExpression])
    /// All of these; only in terminals.
    case intersection([LarkExpression], at: Int)
    /// Anything but this; only in terminals.
    case not(LarkExpression)
    case repeated(LarkExpression, atLeast: Int, atMost: Int?)
}

/// A rule or terminal as it is written.
struct LarkDefinition {
    var name: String
    /// Where it stands in the source.
    var position: Int
    var expression: LarkExpression
    /// The rule ends as early as it can.
    var isLazy = false
    /// The rule ends, as early as it can, with this.
    var suffix: LarkExpression?

    /// Terminals are in upper case.
    var isTerminal: Bool { LarkDefinition.isTerminal(name) }

    static func isTerminal(_ name: String) -> Bool {
        name.unicodeScalars.first { $0 != "_" }.map { ("A"..."Z").contains($0) } ?? false
    }
}
