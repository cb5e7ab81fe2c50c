/// A regular expression as parsed.
indirect enum RegexNode: Sendable {
    /// Literal scalars, and whether case is ignored.
    case string([UInt32], ignoresCase: Bool)
    /// One scalar of a set.
    case set(ScalarRanges)
    case list([RegexNode])
    case alternatives([RegexNode])
    case quantified(RegexNode, RegexQuantifier)
    /// What matches is not tried again in another way.
    case atomic(RegexNode)
    /// A group that is more than brackets: it keeps quantifiers within and without apart.
    case group(RegexNode, number: Int?)
    case look(RegexNode, behind: Bool, negated: Bool)
    case assertion(RegexAssertion)
    /// `\K`: the match begins here.
    case keep
    /// `(?(condition)then|else)`.
    case conditional(RegexNode, then: RegexNode, otherwise: RegexNode)
    /// `\X`: an extended grapheme cluster.
    case textSegment
    /// `\g<…>`, replaced by the group it calls when the whole pattern is known.
    case call(name: String)

    static let empty = RegexNode.string([], ignoresCase: false)
}

/// `*`, `+`, `?` or `{minimum,maximum}`.
struct RegexQuantifier: Sendable, Equatable {
    var minimum: Int
    /// Nil for no limit.
    var maximum: Int?
    var isGreedy: Bool
}

/// What must hold between two scalars.
enum RegexAssertion: UInt8, Sendable {
    case beginText, endText, endTextOrNewline, beginLine, endLine, searchStart
    case wordBoundary, noWordBoundary, asciiWordBoundary, noASCIIWordBoundary
    case segmentBoundary, noSegmentBoundary
}
