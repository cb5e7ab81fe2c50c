extension PatternParser {
    /// One member of a class: a scalar, which may begin or end a range, or a set.
    private enum ClassMember {
        case scalar(UInt32)
        case set(ScalarSet)
    }

    /// The set of a bracket expression, whose `[` has been read. As in ECMA-262 `[]` is no scalar and `[^]` any.
    mutating func characterClass(from start: Int) throws(GrammarError) -> ScalarSet {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var sets: [ScalarSet] = []
        while !take("]") {
            guard !isAtEnd else { throw invalid("'[' without ']'", at: start) }
            let place = position
            let low = try classMember(from: start)
            guard peek() == "-", let after = peek(1), after != "]" else {
                add(low, to: &ranges, or: &sets)
                continue
            }
            position += 1
            let high = try classMember(from: start)
            if case .scalar(let low) = low, case .scalar(let high) = high {
                guard low <= high else { throw invalid("a range out of order", at: place) }
                ranges.append(low...high)
            } else {
                // `[\w-.]`: the hyphen stands for itself.
                ranges.append(0x2D...0x2D)
                add(low, to: &ranges, or: &sets)
                add(high, to: &ranges, or: &sets)
            }
        }
        var set = cased(ScalarSet(ranges))
        for other in sets { set = set.union(other) }
        return isNegated ? set.complement : set
    }

    private func add(_ member: ClassMember, to ranges: inout [ClosedRange<UInt32>], or sets: inout [ScalarSet]) {
        switch member {
        case .scalar(let scalar): ranges.append(scalar...scalar)
        case .set(let set): sets.append(set)
        }
    }

    private mutating func classMember(from start: Int) throws(GrammarError) -> ClassMember {
        let place = position
        guard let scalar = peek() else { throw invalid("'[' without ']'", at: start) }
        if scalar == "[", let set = posixClass() { return .set(set) }
        position += 1
        guard scalar == "\\" else { return .scalar(scalar.value) }
        switch peek() {
        case "d", "D", "w", "W", "s", "S", "p", "P": return .set(try escapedSet(from: place))
        case "b":
            position += 1
            return .scalar(0x08)
        case let digit? where digit >= "1" && digit <= "9": throw invalid("a backreference in a class", at: place)
        default: return .scalar(try escapedScalar(from: place))
        }
    }

    /// `[:alpha:]` or `[:^alpha:]`; nil, and nothing is taken, where none follows.
    private mutating func posixClass() -> ScalarSet? {
        let start = position
        if take("[:") {
            let isNegated = take("^")
            if let name = text(upTo: ":"), take("]"), let set = PatternSets.posix(name) {
                return isNegated ? set.complement : cased(set)
            }
        }
        position = start
        return nil
    }
}
