extension PatternParser {
    /// The atom with the quantifier that may follow. Laziness does not change which texts match.
    mutating func quantified(_ atom: PatternNode, from start: Int) throws(GrammarError) -> PatternNode {
        let place = position
        guard let (atLeast, atMost) = try counts() else { return atom }
        if isAnchor(at: start) { throw invalid("nothing to repeat before a quantifier", at: place) }
        if atMost != 1, groups.hasReference(toGroupsFrom: start) {
            throw unsupported("a backreference inside a repetition together with its group", at: start)
        }
        if take("+") { throw unsupported("a possessive quantifier", at: place) }
        _ = take("?")
        let again = position
        if peek() == "*" || peek() == "+" || peek() == "?" { throw invalid("a quantifier after a quantifier") }
        if try counts() != nil { throw invalid("a quantifier after a quantifier", at: again) }
        if atLeast == 1, atMost == 1 { return atom }
        return .repeated(atom, atLeast: atLeast, atMost: atMost)
    }

    private func isAnchor(at place: Int) -> Bool {
        switch scalars[place] {
        case "^", "$": true
        case "\\": place + 1 < scalars.count && "bBAZz".unicodeScalars.contains(scalars[place + 1])
        default: false
        }
    }

    /// The bounds of a quantifier; nil, and nothing is taken, where none follows.
    private mutating func counts() throws(GrammarError) -> (atLeast: Int, atMost: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = position
        guard take("{") else { return nil }
        let atLeast = try number()
        var atMost = atLeast
        let isRange = take(",")
        if isRange { atMost = try number() }
        // `{`, `{x}` and `{,}` are literal text.
        guard take("}"), atLeast != nil || atMost != nil else {
            position = start
            return nil
        }
        if let atLeast, let atMost, atLeast > atMost { throw invalid("bounds out of order", at: start) }
        return (atLeast ?? 0, atMost)
    }

    private mutating func number() throws(GrammarError) -> Int? {
        let start = position
        var value = 0
        while let digit = peek(), digit >= "0", digit <= "9" {
            position += 1
            value = min(value * 10 + Int(digit.value - 0x30), Self.maxCount + 1)
        }
        if value > Self.maxCount {
            throw GrammarError(
                .tooComplex, "regular expression: more than \(Self.maxCount) repetitions at offset \(start)")
        }
        return position > start ? value : nil
    }
}
