/// A set of texts (strings of Unicode scalars), closed under and, or and not.
///
/// This is syntax, a value that can be compared and sent; `TermArena.intern` turns it into a term that can be run.
indirect enum Regex: Hashable, Sendable {
    /// No text.
    case nothing
    /// The empty text.
    case empty
    /// One scalar of the set.
    case scalars(ScalarSet)
    /// One after the other.
    case sequence([Regex])
    /// Any of these; `[]` is `nothing`.
    case union([Regex])
    /// All of these; `[]` is every text.
    case intersection([Regex])
    /// Every text of scalars that is not in the operand.
    case complement(Regex)
    /// Counted repetition, kept symbolic: the counts cost nothing. `atMost` nil: no bound.
    case repeated(Regex, atLeast: Int, atMost: Int?)
    /// Every JSON spelling (raw or escaped, quotes included) of the strings in the operand: the decoded scalars are what
    /// the operand sees.
    case jsonString(Regex)
    /// Runs of ASCII digits `d` (possibly none) for which the number `prefix` followed by `d` is divisible by `modulus`.
    case digits(prefix: UInt64, modulus: UInt64)
    /// Runs of ASCII digits, perhaps with a point and more digits, for which the number they spell, times ten to the
    /// `places`, is an integer divisible by `modulus`.
    case decimals(modulus: UInt64, places: Int)
    /// What the automaton accepts from the state: for what the other cases cannot write.
    case automaton(ScalarAutomaton, state: Int32)

    /// Every text.
    static let anything = Regex.complement(.nothing)
    /// Any one scalar.
    static let anyScalar = Regex.scalars(.all)

    /// Exactly this text.
    static func literal(_ text: String) -> Regex {
        .sequence(text.unicodeScalars.map { .scalars(ScalarSet($0)) })
    }
}
