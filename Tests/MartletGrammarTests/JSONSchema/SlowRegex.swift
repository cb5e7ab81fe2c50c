@testable import MartletGrammar

/// The slow, obviously right matcher of `Regex`: for each part and start, all ends.
struct SlowRegex {
    private let text: [Unicode.Scalar]

    static func matches(_ regex: Regex, _ text: String) -> Bool {
        let matcher = SlowRegex(text: Array(text.unicodeScalars))
        return matcher.ends(of: regex, from: [0]).contains(matcher.text.count)
    }

    /// Where a match can end that begins at any of `starts`.
    private func ends(of regex: Regex, from starts: Set<Int>) -> Set<Int> {
        if starts.isEmpty { return [] }
        switch regex {
        case .nothing: return []
        case .empty: return starts
        case .scalars(let set):
            return Set(starts.filter { $0 < text.count && set.contains(text[$0].value) }.map { $0 + 1 })
        case .sequence(let parts): return parts.reduce(starts) { ends(of: $1, from: $0) }
        case .union(let parts): return parts.reduce(into: []) { $0.formUnion(ends(of: $1, from: starts)) }
        case .intersection, .complement:
            return starts.reduce(into: []) { $0.formUnion(ends(of: regex, from: $1)) }
        case .repeated(let part, let least, let most):
            var current = starts
            var result: Set<Int> = least == 0 ? starts : []
            var count = 0
            while count < most ?? .max, !current.isEmpty {
                let next = ends(of: part, from: current)
                count += 1
                // Once another round changes nothing, no number of rounds does.
                if count >= least || next == current { result.formUnion(next) }
                if next == current { break }
                current = next
            }
            return result
        case .jsonString, .digits, .decimals, .automaton: preconditionFailure("not a language of decoded strings")
        }
    }

    private func ends(of regex: Regex, from start: Int) -> Set<Int> {
        switch regex {
        case .complement(let part): return Set(start...text.count).subtracting(ends(of: part, from: [start]))
        case .intersection(let parts):
            return parts.reduce(Set(start...text.count)) { $0.intersection(ends(of: $1, from: [start])) }
        default: return ends(of: regex, from: [start])
        }
    }
}
