extension RegexParser {
    /// After an opening bracket outside brackets.
    mutating func parseBracket() throws(TokenizerError) -> RegexNode {
        let bracket = try parseBracketSet()
        guard options.contains(.ignoreCase) else {
            return .set(bracket.isNegated ? bracket.ranges.inverted : bracket.ranges)
        }
        return CaseFolding.shared.expand(bracket.ranges, isNegated: bracket.isNegated)
    }

    /// What has been read of a bracket, as Oniguruma keeps it: the last value is not yet in the set, since a range may
    /// begin with it.
    private struct Bracket {
        enum State { case start, value, range, complete }

        var state = State.start
        var ranges: [ClosedRange<UInt32>] = []
        /// Nil after a class such as `\w`, which begins no range.
        var last: UInt32?

        mutating func flush() {
            if state == .value, let last { ranges.append(last...last) }
        }

        /// False for a range whose ends are the wrong way round.
        mutating func append(_ code: UInt32) -> Bool {
            switch state {
            case .value: flush()
            case .range:
                guard let last, last <= code else { return false }
                ranges.append(last...code)
                state = .complete
                return true
            case .start, .complete: state = .value
            }
            last = code
            return true
        }
    }

    private enum BracketToken {
        case code(UInt32), ranges(ScalarRanges), hyphen, intersection, open, close
    }

    /// Up to the closing bracket, which is taken; `isNegated` is for the caller to apply.
    private mutating func parseBracketSet() throws(TokenizerError) -> (ranges: ScalarRanges, isNegated: Bool) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw malformed("brackets nested deeper than \(Self.maxDepth)") }
        let isNegated = take("^")
        var bracket = Bracket()
        var intersected: ScalarRanges?
        var token = try nextBracketToken()
        if case .close = token {
            guard scalars[position...].contains(0x5D) else { throw malformed("empty char-class") }
            token = .code(0x5D)
        }
        while true {
            var fetched: BracketToken?
            switch token {
            case .close:
                bracket.flush()
                let ranges = ScalarRanges(bracket.ranges)
                return (intersected.map { $0.intersection(ranges) } ?? ranges, isNegated)
            case .code(let code): try append(code, to: &bracket)
            case .ranges(let ranges):
                if bracket.state == .range { throw malformed("char-class value at end of range") }
                bracket.flush()
                bracket.ranges += ranges.ranges
                (bracket.state, bracket.last) = (.value, nil)
            case .hyphen: fetched = try parseHyphen(&bracket)
            case .open:
                bracket.flush()
                bracket.state = .complete
                let inner = try parseBracketSet()
                bracket.ranges += (inner.isNegated ? inner.ranges.inverted : inner.ranges).ranges
            case .intersection:
                bracket.flush()
                let ranges = ScalarRanges(bracket.ranges)
                intersected = intersected.map { $0.intersection(ranges) } ?? ranges
                bracket = Bracket()
            }
            if let fetched { token = fetched } else { token = try nextBracketToken() }
        }
    }

    private func append(_ code: UInt32, to bracket: inout Bracket) throws(TokenizerError) {
        guard bracket.append(code) else { throw malformed("empty range in char class") }
    }

    /// After a hyphen, which may begin a range or stand for itself; the token after it where that was read.
    private mutating func parseHyphen(_ bracket: inout Bracket) throws(TokenizerError) -> BracketToken? {
        if bracket.state == .range {
            try append(0x2D, to: &bracket)
            return nil
        }
        let following = try nextBracketToken()
        var isLiteral = bracket.state != .value
        switch following {
        case .close, .intersection: isLiteral = true
        default: break
        }
        if isLiteral {
            try append(0x2D, to: &bracket)
        } else {
            guard bracket.last != nil else { throw malformed("unmatched range specifier in char-class") }
            bracket.state = .range
        }
        return following
    }

    private mutating func nextBracketToken() throws(TokenizerError) -> BracketToken {
        if !pending.isEmpty { return .code(pending.removeFirst()) }
        let code = try next("premature end of char-class")
        switch Unicode.Scalar(code) {
        case "]": return .close
        case "-": return .hyphen
        case "&" where take("&"): return .intersection
        case "[":
            if let ranges = try parsePOSIXBracket() { return .ranges(ranges) }
            return .open
        case "\\": return try parseBracketEscape()
        default: return .code(code)
        }
    }

    private mutating func parseBracketEscape() throws(TokenizerError) -> BracketToken {
        let code = try next("end of pattern at escape")
        func type(_ type: RegexCharacterType, negated: Bool = false) -> BracketToken {
            let ranges = type.ranges(options, inBrackets: true)
            return .ranges(negated ? ranges.inverted : ranges)
        }
        switch Unicode.Scalar(code) {
        case "w": return type(.word)
        case "W": return type(.word, negated: true)
        case "d": return type(.digit)
        case "D": return type(.digit, negated: true)
        case "s": return type(.space)
        case "S": return type(.space, negated: true)
        case "h": return type(.xdigit)
        case "H": return type(.xdigit, negated: true)
        case "p", "P":
            guard let ranges = try parseProperty(negated: code == 0x50, inBrackets: true) else { return .code(code) }
            return .ranges(ranges)
        default:
            position -= 1
            return .code(try parseCharacterEscape(octalDigits: 3))
        }
    }

    /// `[:name:]` after its first bracket, or nil (taking nothing).
    private mutating func parsePOSIXBracket() throws(TokenizerError) -> ScalarRanges? {
        guard peek(":") else { return nil }
        var (end, name, isNegated) = (position + 1, "", false)
        while end < scalars.count, let scalar = Unicode.Scalar(scalars[end]) {
            if scalar == "^", name.isEmpty, !isNegated {
                isNegated = true
            } else if scalar.properties.isAlphabetic {
                name.unicodeScalars.append(scalar)
            } else {
                break
            }
            end += 1
        }
        guard end + 1 < scalars.count, scalars[end] == 0x3A, scalars[end + 1] == 0x5D, !name.isEmpty || isNegated else {
            return nil
        }
        guard let type = RegexCharacterType(rawValue: name.lowercased()) else {
            throw malformed("invalid POSIX bracket type")
        }
        position = end + 2
        let ranges = type.ranges(options, inBrackets: true)
        return isNegated ? ranges.inverted : ranges
    }
}
