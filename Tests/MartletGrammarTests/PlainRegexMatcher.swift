@testable import MartletGrammar

/// Matches languages by their definition, for texts of fewer than 64 scalars: the obviously right twin of terms.
struct PlainRegexMatcher {
    private let text: [UInt32]

    init(_ text: String) { self.text = text.unicodeScalars.map(\.value) }

    static func contains(_ regex: Regex, _ text: String) -> Bool {
        let matcher = PlainRegexMatcher(text)
        return matcher.ends(of: regex, from: 0) >> UInt64(matcher.text.count) & 1 == 1
    }

    /// One bit for each place from `start` on.
    private func places(from start: Int) -> UInt64 { (2 << UInt64(text.count)) &- (1 << UInt64(start)) }

    /// Where texts of the language that begin at `start` end.
    private func ends(of regex: Regex, from start: Int) -> UInt64 {
        switch regex {
        case .nothing: 0
        case .empty: 1 << UInt64(start)
        case .scalars(let set): start < text.count && set.contains(text[start]) ? 2 << UInt64(start) : 0
        case .sequence(let parts): parts.reduce(1 << UInt64(start)) { ends(of: $1, fromAny: $0) }
        case .union(let parts): parts.reduce(0) { $0 | ends(of: $1, from: start) }
        case .intersection(let parts): parts.reduce(places(from: start)) { $0 & ends(of: $1, from: start) }
        case .complement(.nothing): places(from: start)
        case .complement(let operand): places(from: start) & ~ends(of: operand, from: start)
        case .repeated(let operand, let atLeast, let atMost): repeated(operand, atLeast, atMost, from: start)
        case .automaton(let automaton, let state): ends(of: automaton, state, from: start)
        case .jsonString, .digits, .decimals: preconditionFailure("no pattern makes these")
        }
    }

    private func ends(of automaton: ScalarAutomaton, _ state: Int32, from start: Int) -> UInt64 {
        var state = state
        var found: UInt64 = automaton.accepts(state) ? 1 << UInt64(start) : 0
        for place in start..<text.count {
            state = automaton.next(state, after: text[place])
            if automaton.accepts(state) { found |= 2 << UInt64(place) }
        }
        return found
    }

    private func ends(of regex: Regex, fromAny starts: UInt64) -> UInt64 {
        var found: UInt64 = 0
        for start in 0...text.count where starts >> UInt64(start) & 1 == 1 { found |= ends(of: regex, from: start) }
        return found
    }

    private func repeated(_ operand: Regex, _ atLeast: Int, _ atMost: Int?, from start: Int) -> UInt64 {
        // Where one more round ends. More rounds than places change nothing but for the least number of rounds.
        let next = (0...text.count).map { $0 < start ? 0 : ends(of: operand, from: $0) }
        var reached: UInt64 = 1 << UInt64(start)
        var found: UInt64 = atLeast == 0 ? reached : 0
        let enough = min(atMost ?? .max, atLeast + text.count + 1)
        if enough == 0 { return reached }
        for round in 1...enough {
            let before = reached
            reached = (0...text.count).reduce(0) { before >> UInt64($1) & 1 == 1 ? $0 | next[$1] : $0 }
            if round >= atLeast { found |= reached }
            if reached == before || reached == 0 { return found | (reached == before ? reached : 0) }
        }
        return found
    }
}
