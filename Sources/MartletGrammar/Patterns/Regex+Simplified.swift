/// Constructors that leave out what does not change the language. They keep what is written small; they do not decide
/// equality of languages.
extension Regex {
    /// Whether the empty text is in the language.
    var isNullable: Bool {
        switch self {
        case .nothing, .scalars, .jsonString: false
        case .empty: true
        case .sequence(let parts), .intersection(let parts): parts.allSatisfy(\.isNullable)
        case .union(let parts): parts.contains(where: \.isNullable)
        case .complement(let operand): !operand.isNullable
        case .repeated(let operand, let atLeast, _): atLeast == 0 || operand.isNullable
        case .digits(let prefix, let modulus): modulus != 0 && prefix % modulus == 0
        case .automaton(let automaton, let state): automaton.accepts(state)
        case .decimals(let modulus, let places): modulus != 0 && places >= 0
        }
    }

    /// Whether it is written with fewer nodes than `limit`; looks at no more.
    func isSmaller(than limit: Int) -> Bool {
        var left = limit
        var pending = [self]
        while let next = pending.popLast() {
            left -= 1
            guard left > 0 else { return false }
            switch next {
            case .sequence(let parts), .union(let parts), .intersection(let parts): pending += parts
            case .complement(let operand), .jsonString(let operand), .repeated(let operand, _, _):
                pending.append(operand)
            case .nothing, .empty, .scalars, .digits, .decimals, .automaton: break
            }
        }
        return true
    }

    /// One after the other, written with as few parts as possible.
    static func joined(_ parts: [Regex]) -> Regex {
        var flat: [Regex] = []
        for part in parts {
            switch part {
            case .nothing: return .nothing
            case .empty: continue
            case .sequence(let inner): flat += inner
            default: flat.append(part)
            }
        }
        flat = trimmed(flat)
        switch flat.count {
        case 0: return .empty
        case 1: return flat[0]
        default: return .sequence(flat)
        }
    }

    /// Beside `anything` what may be empty adds nothing, and repetitions beyond the least add nothing.
    private static func trimmed(_ parts: [Regex]) -> [Regex] {
        guard parts.contains(.anything) else { return parts }
        var left: [Regex] = []
        for part in parts { append(part, to: &left) }
        var right: [Regex] = []
        for part in left.reversed() { append(part, to: &right) }
        return right.reversed()
    }

    private static func append(_ part: Regex, to parts: inout [Regex]) {
        guard parts.last == .anything else {
            parts.append(part)
            return
        }
        if part.isNullable { return }
        if case .repeated(let operand, let atLeast, _) = part {
            parts.append(.times(operand, atLeast: atLeast, atMost: atLeast))
        } else {
            parts.append(part)
        }
    }

    static func either(_ parts: [Regex]) -> Regex {
        var flat: [Regex] = []
        var single = ScalarSet([])
        for part in parts {
            switch part {
            case .nothing: continue
            case .anything: return .anything
            case .scalars(let set): single = single.union(set)
            case .union(let inner): for other in inner where !flat.contains(other) { flat.append(other) }
            default: if !flat.contains(part) { flat.append(part) }
            }
        }
        if !single.isEmpty { flat.insert(.scalars(single), at: 0) }
        if flat.contains(where: { $0 != .empty && $0.isNullable }) { flat.removeAll { $0 == .empty } }
        switch flat.count {
        case 0: return .nothing
        case 1: return flat[0]
        default: return .union(flat)
        }
    }

    static func both(_ first: Regex, _ second: Regex) -> Regex {
        switch (first, second) {
        case (.nothing, _), (_, .nothing): return .nothing
        case (.anything, let other), (let other, .anything): return other
        case (.empty, let other), (let other, .empty): return other.isNullable ? .empty : .nothing
        case (.scalars(let left), .scalars(let right)): return scalars(of: left.intersection(right))
        default:
            let parts = first.operands + second.operands.filter { !first.operands.contains($0) }
            return parts.count == 1 ? parts[0] : .intersection(parts)
        }
    }

    private var operands: [Regex] {
        if case .intersection(let parts) = self { parts } else { [self] }
    }

    static func negated(_ operand: Regex) -> Regex {
        if case .complement(let inner) = operand { return inner }
        // No text begins with any scalar: the empty text.
        if operand == .sequence([.anyScalar, .anything]) { return .empty }
        return .complement(operand)
    }

    static func times(_ operand: Regex, atLeast: Int, atMost: Int?) -> Regex {
        if atMost == 0 || operand == .empty { return .empty }
        if operand == .nothing { return atLeast == 0 ? .empty : .nothing }
        if atLeast == 1, atMost == 1 { return operand }
        if operand == .anything { return .anything }
        if operand == .anyScalar, atLeast == 0, atMost == nil { return .anything }
        return .repeated(operand, atLeast: atLeast, atMost: atMost)
    }

    static func scalars(of set: ScalarSet) -> Regex { set.isEmpty ? .nothing : .scalars(set) }
}
