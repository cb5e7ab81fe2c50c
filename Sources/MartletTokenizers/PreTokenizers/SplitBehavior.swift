/// What becomes of the matches that text is split at.
///
/// **Source** tokenizers `NormalizedString.split`, whose matches include empty ones.
enum SplitBehavior: String, CaseIterable, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"

    /// Calls `body` with the pieces, of which some may be empty.
    func forEachPiece(
        of text: UnsafeBufferPointer<UInt8>, _ finder: MatchFinder, isInverted: Bool, _ body: (Range<Int>) -> Void
    ) {
        var position = 0
        var pending: (range: Range<Int>, isMatch: Bool)?
        var wasMatch = false
        func add(_ range: Range<Int>, _ isMatch: Bool) {
            defer { wasMatch = isMatch }
            let joins: Bool =
                switch self {
                case .removed, .isolated: false
                case .contiguous: isMatch == wasMatch
                case .mergedWithPrevious: isMatch && !wasMatch
                case .mergedWithNext: !isMatch && wasMatch
                }
            if joins, let last = pending {
                pending = (last.range.lowerBound..<range.upperBound, isMatch)
                return
            }
            if let last = pending, !(self == .removed && last.isMatch) { body(last.range) }
            pending = (range, isMatch)
        }
        finder.forEachMatch(in: text) { match in
            if position < match.lowerBound { add(position..<match.lowerBound, isInverted) }
            add(match, !isInverted)
            position = match.upperBound
        }
        if position < text.count { add(position..<text.count, isInverted) }
        if let last = pending, !(self == .removed && last.isMatch) { body(last.range) }
    }
}

/// What text is split at.
enum MatchFinder: Sendable {
    case regex(RegexPattern)
    /// Each character of a set.
    case scalars(ScalarLookup)

    /// Calls `body` with the matches in order.
    func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        switch self {
        case .regex(let pattern): pattern.forEachMatch(in: text, body)
        case .scalars(let set):
            var position = 0
            while position < text.count {
                let scalar = UTF8Scalar(in: text, at: position)
                let next = position + scalar.length
                if set.contains(scalar.code) { body(position..<next) }
                position = next
            }
        }
    }
}
