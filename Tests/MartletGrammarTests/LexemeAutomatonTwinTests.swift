import Testing

@testable import MartletGrammar

/// The byte automaton against derivatives by scalars.
@Suite struct LexemeAutomatonTwinTests {
    private static let alphabet: [Unicode.Scalar] = [
        "a", "\u{7F}", "\u{80}", "é", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "😀",
        "\u{10FFFF}",
    ]

    /// The scalars whose UTF-8 begins with `bytes` and has more of them.
    private static func scalars(beginningWith bytes: [UInt8]) -> ClosedRange<UInt32>? {
        let length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2
        if bytes.count >= length { return nil }
        func encoded(_ value: UInt32) -> [UInt8] { Unicode.Scalar(value).map { Array(String($0).utf8) } ?? [] }
        let candidates: [ClosedRange<UInt32>] =
            length == 2 ? [0x80...0x7FF] : length == 3 ? [0x800...0xD7FF, 0xE000...0xFFFF] : [0x10000...0x10FFFF]
        var first: UInt32?
        var last: UInt32?
        for range in candidates {
            // The shortest step between scalars that differ in the bytes read.
            let step = UInt32(1) << UInt32(6 * (length - bytes.count))
            for start in stride(from: range.lowerBound / step * step, through: range.upperBound, by: Int(step)) {
                let low = max(start, range.lowerBound)
                if encoded(low).starts(with: bytes) {
                    first = first ?? low
                    last = min(start + step - 1, range.upperBound)
                }
            }
        }
        guard let first, let last else { return nil }
        return first...last
    }

    /// Whether `bytes` can go on to a text of the term, and are one.
    private func expected(_ arena: TermArena, _ term: Term, _ bytes: [UInt8]) throws -> (alive: Bool, accepts: Bool) {
        var term = term
        var rest = bytes[...]
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            let part = Array(rest.prefix(length))
            if part.count == length {
                guard let text = String(validating: part, as: UTF8.self), let scalar = text.unicodeScalars.first else {
                    return (false, false)
                }
                term = try arena.derivative(of: term, by: scalar.value)
                rest = rest.dropFirst(length)
                continue
            }
            guard (0xC2...0xF4).contains(first), let scalars = Self.scalars(beginningWith: part) else {
                return (false, false)
            }
            for range in try arena.classes(of: term) where range.overlaps(scalars) {
                let scalar = range.clamped(to: scalars).lowerBound
                if try !arena.isEmpty(arena.derivative(of: term, by: scalar)) { return (true, false) }
            }
            return (false, false)
        }
        return (try !arena.isEmpty(term), arena.isNullable(term))
    }

    @Test(arguments: 0..<8) func bytesLikeScalars(seed: Int) throws {
        var random = SeededGenerator(seed)
        for _ in 0..<60 {
            var regex = Regex.random(depth: 4, alphabet: Self.alphabet, &random)
            if random.chance(30) { regex = .jsonString(regex) }
            if random.chance(30) { regex = .sequence([.repeated(.anyScalar, atLeast: 0, atMost: 3), regex]) }
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(regex)
            let automaton = LexemeAutomaton(terms: arena)
            let start = try automaton.start(term)
            for _ in 0..<25 {
                var bytes = (0..<3).flatMap { _ in Array(String(random.pick(Self.alphabet)).utf8) }
                if random.chance(30) { bytes.insert(0x22, at: 0) }
                if random.chance(40) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                if random.chance(20) { bytes.remove(at: random.below(bytes.count)) }
                var state = start
                for count in 0...bytes.count {
                    if count > 0 { state = try automaton.next(state, bytes[count - 1]) }
                    let prefix = Array(bytes[..<count])
                    let (alive, accepts) = try expected(arena, term, prefix)
                    #expect((state != LexemeAutomaton.dead) == alive, "\(regex) \(prefix)")
                    #expect(automaton.isAccepting(state) == accepts, "\(regex) \(prefix)")
                    let row = try automaton.completeRow(of: state)
                    let live = (0..<256).count { row[$0] != LexemeAutomaton.dead }
                    #expect(try automaton.isWide(state) == (live >= 64), "\(regex) \(prefix)")
                    #expect(state == LexemeAutomaton.dead || live > 0 || accepts)
                }
            }
        }
    }

    @Test func statesOfFreeTextAreFew() throws {
        let arena = TermArena(budget: GrammarBudget())
        let automaton = LexemeAutomaton(terms: arena)
        _ = try automaton.start(arena.intern(.jsonString(.anything)))
        var state = 1
        while state < automaton.stateCount {
            _ = try automaton.completeRow(of: LexemeAutomaton.State(state))
            state += 1
        }
        #expect(automaton.stateCount < 50)
    }

    @Test func fingerprintsAreEqualAcrossArenas() throws {
        var random = SeededGenerator(1)
        for _ in 0..<100 {
            let regex = Regex.random(depth: 4, alphabet: ["a", "b", "é"], &random)
            let (first, second) = (TermArena(budget: GrammarBudget()), TermArena(budget: GrammarBudget()))
            // Other terms before it: other numbers.
            _ = try second.intern(.random(depth: 4, alphabet: ["b", "c"], &random))
            var (left, right) = (try first.intern(regex), try second.intern(regex))
            var seen: [Fingerprint: Term] = [:]
            for scalar in "abéb".unicodeScalars {
                #expect(first.fingerprint(left) == second.fingerprint(right), "\(regex)")
                if let known = seen[first.fingerprint(left)] { #expect(known == left) }
                seen[first.fingerprint(left)] = left
                left = try first.derivative(of: left, by: scalar.value)
                right = try second.derivative(of: right, by: scalar.value)
            }
        }
    }
}
