import Testing

@testable import MartletGrammar

/// `TermArena` against trying everything.
@Suite struct TermArenaTwinTests {
    private static let alphabet: [Unicode.Scalar] = ["a", "b", "c"]

    /// All texts of up to `length` scalars.
    private func texts(length: Int, over alphabet: [Unicode.Scalar] = alphabet) -> [String] {
        var all = [""]
        var last = [""]
        for _ in 0..<length {
            last = last.flatMap { text in alphabet.map { text + String($0) } }
            all += last
        }
        return all
    }

    @Test(arguments: 0..<8) func matchesLikeTheTwin(seed: Int) throws {
        var random = SeededGenerator(seed)
        let texts = texts(length: 4)
        for _ in 0..<120 {
            let regex = Regex.random(depth: 4, alphabet: Self.alphabet, &random)
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(regex)
            let members = texts.filter { RegexTwin.matches(regex, $0) }
            let accepted = try texts.filter { text throws(GrammarError) in try arena.contains(term, text) }
            #expect(accepted == members, "\(regex)")
            if try arena.isEmpty(term) {
                #expect(members.isEmpty, "\(regex)")
            } else {
                let example = try #require(try arena.example(of: term))
                #expect(RegexTwin.matches(regex, example), "\(regex) \(example)")
                let shortest = members.map(\.count).min() ?? 5
                #expect(example.unicodeScalars.count <= shortest * 3 + 5)
            }
            if arena.isPrefixFree(term) {
                for text in members { #expect(!members.contains { $0 != text && $0.hasPrefix(text) }, "\(regex)") }
            }
        }
    }

    @Test(arguments: 0..<4) func deadDerivativesAreEmpty(seed: Int) throws {
        var random = SeededGenerator(seed + 1000)
        for _ in 0..<200 {
            let regex = Regex.random(depth: 5, alphabet: Self.alphabet, &random)
            let arena = TermArena(budget: GrammarBudget())
            var term = try arena.intern(regex)
            var prefix = ""
            for _ in 0..<5 {
                let isEmpty = try arena.isEmpty(term)
                let example = try arena.example(of: term)
                #expect(isEmpty == (example == nil))
                if let example { #expect(RegexTwin.matches(regex, prefix + example), "\(regex) \(prefix)") }
                let scalar = Self.alphabet.randomElement(using: &random)!
                prefix.unicodeScalars.append(scalar)
                term = try arena.derivative(of: term, by: scalar.value)
            }
        }
    }

    @Test(arguments: 0..<4) func finiteLanguagesAreListed(seed: Int) throws {
        var random = SeededGenerator(seed + 2000)
        for _ in 0..<200 {
            let body = Regex.random(depth: 4, alphabet: Self.alphabet, &random)
            let letters = Regex.scalars(ScalarSet(anyOf: "abc"))
            let regex = Regex.intersection([body, .repeated(letters, atLeast: 0, atMost: 4)])
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(regex)
            let members = texts(length: 4).filter { RegexTwin.matches(body, $0) }
            #expect(try arena.texts(of: term, atMost: members.count)?.sorted() == members.sorted(), "\(regex)")
            #expect(try members.isEmpty || arena.texts(of: term, atMost: members.count - 1) == nil)
            #expect(try arena.cardinality(of: term, atMost: 1000) == members.count)
            if !members.isEmpty { #expect(try arena.cardinality(of: term, atMost: members.count - 1) == nil) }
        }
    }

    @Test(arguments: 0..<4) func jsonStringsLikeTheTwin(seed: Int) throws {
        var random = SeededGenerator(seed + 3000)
        let alphabet: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "é", "😀", "퟿", "\u{E000}"]
        for _ in 0..<60 {
            let body = Regex.random(depth: 3, alphabet: alphabet, &random)
            var regex = Regex.jsonString(body)
            if Bool.random(using: &random) {
                let other = Regex.jsonString(.random(depth: 3, alphabet: alphabet, &random))
                regex =
                    Bool.random(using: &random) ? .intersection([regex, .complement(other)]) : .union([regex, other])
            }
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(regex)
            for _ in 0..<30 {
                let text = spelling(over: alphabet, &random)
                #expect(try arena.contains(term, text) == RegexTwin.matches(regex, text), "\(regex) \(text)")
                try compareEmptiness(arena, term, regex, text)
            }
        }
    }

    /// States inside a spelling are alive if, and only if, they can be finished.
    private func compareEmptiness(_ arena: TermArena, _ term: Term, _ regex: Regex, _ text: String) throws {
        var term = term
        var prefix = ""
        for scalar in text.unicodeScalars {
            term = try arena.derivative(of: term, by: scalar.value)
            prefix.unicodeScalars.append(scalar)
            let example = try arena.example(of: term)
            #expect(try arena.isEmpty(term) == (example == nil))
            if let example {
                #expect(RegexTwin.matches(regex, prefix + example), "\(regex) \(prefix) \(example)")
            } else {
                #expect(!RegexTwin.matches(regex, text), "\(regex) \(text)")
            }
        }
    }

    /// A JSON string with random escapes, sometimes broken.
    private func spelling(over alphabet: [Unicode.Scalar], _ random: inout SeededGenerator) -> String {
        var text = "\""
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let scalar = alphabet.randomElement(using: &random)!
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            case 1:
                text += ["\\n", "\\\"", "\\\\", "\\/", "\\t", "\\x", "\\uD83D", "\\u00"].randomElement(using: &random)!
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
