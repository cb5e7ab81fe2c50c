@testable import MartletGrammar

/// The slow twin of `TermArena`: matches by trying everything.
struct RegexTwin {
    let text: [UInt32]

    static func matches(_ regex: Regex, _ text: String) -> Bool {
        let matcher = RegexTwin(text: text.unicodeScalars.map(\.value))
        return matcher.ends(regex, 0).contains(matcher.text.count)
    }

    /// Where the texts of `regex` that start at `start` end.
    func ends(_ regex: Regex, _ start: Int) -> Set<Int> {
        switch regex {
        case .nothing: return []
        case .empty: return [start]
        case .scalars(let set): return start < text.count && set.contains(text[start]) ? [start + 1] : []
        case .sequence(let parts):
            return parts.reduce([start]) { places, part in
                places.reduce(into: Set()) { $0.formUnion(ends(part, $1)) }
            }
        case .union(let parts): return parts.reduce(into: Set()) { $0.formUnion(ends($1, start)) }
        case .intersection(let parts):
            return parts.reduce(Set(start...text.count)) { $0.intersection(ends($1, start)) }
        case .complement(let part): return Set(start...text.count).subtracting(ends(part, start))
        case .repeated(let part, let atLeast, let atMost):
            var places: Set = [start]
            var result: Set<Int> = atLeast == 0 ? places : []
            // More rounds than scalars (and than asked for) find nothing new.
            for round in 1..<atLeast + text.count + 2 where round <= atMost ?? .max {
                places = places.reduce(into: Set()) { $0.formUnion(ends(part, $1)) }
                if round >= atLeast { result.formUnion(places) }
            }
            return result
        case .jsonString(let part):
            return Set(
                (start...text.count).filter { end in
                    guard let decoded = Self.decode(text[start..<end]) else { return false }
                    return Self.matches(part, decoded)
                })
        case .automaton(let automaton, let state):
            var state = state
            var result: Set<Int> = automaton.accepts(state) ? [start] : []
            for place in start..<text.count {
                state = automaton.next(state, after: text[place])
                if automaton.accepts(state) { result.insert(place + 1) }
            }
            return result
        case .decimals(let modulus, let places):
            return Set(
                (start...text.count).filter { end in
                    let part = String(String.UnicodeScalarView(text[start..<end].compactMap(Unicode.Scalar.init)))
                    if part.hasPrefix(".") || part.hasSuffix(".") || part.contains("e") { return false }
                    let unit = Decimal(isNegative: false, coefficient: modulus, exponent: -places)
                    return Decimal(part)?.isMultiple(of: unit) ?? false
                })
        case .digits(let prefix, let modulus):
            var value = prefix % modulus
            var result: Set<Int> = value == 0 ? [start] : []
            var place = start
            while place < text.count, let digit = Character(Unicode.Scalar(text[place])!).wholeNumberValue {
                value = (value * 10 + UInt64(digit)) % modulus
                place += 1
                if value == 0 { result.insert(place) }
            }
            return result
        }
    }

    /// The string that a JSON string in quotes spells.
    static func decode(_ text: ArraySlice<UInt32>) -> String? {
        guard text.count >= 2, text.first == 0x22, text.last == 0x22 else { return nil }
        var units: [UInt16] = []
        var rest = text.dropFirst().dropLast()
        while let scalar = rest.popFirst() {
            if scalar < 0x20 || scalar == 0x22 { return nil }
            guard scalar == 0x5C else {
                units += Array(String(Unicode.Scalar(scalar)!).utf16)
                continue
            }
            guard let letter = rest.popFirst().flatMap(Unicode.Scalar.init) else { return nil }
            let named: [Unicode.Scalar: UInt16] = [
                "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
            ]
            if let unit = named[letter] {
                units.append(unit)
            } else {
                let digits = rest.prefix(4).compactMap(Unicode.Scalar.init)
                guard letter == "u", digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit) else {
                    return nil
                }
                units.append(UInt16(String(String.UnicodeScalarView(digits)), radix: 16)!)
                rest = rest.dropFirst(4)
            }
        }
        let string = String(decoding: units, as: UTF16.self)
        return Array(string.utf16) == units ? string : nil
    }
}

extension Regex {
    /// A random expression over the scalars of `alphabet`.
    static func random(
        depth: Int, alphabet: [Unicode.Scalar], _ random: inout SeededGenerator, boolean: Bool = true
    ) -> Regex {
        func part() -> Regex { .random(depth: depth - 1, alphabet: alphabet, &random, boolean: boolean) }
        func parts() -> [Regex] { (0..<Int.random(in: 0...3, using: &random)).map { _ in part() } }
        let kinds = depth == 0 ? 4 : boolean ? 13 : 10
        switch Int.random(in: 0..<kinds, using: &random) {
        case 0: return Int.random(in: 0..<6, using: &random) == 0 ? .nothing : .empty
        case 1, 2: return .literal(String(alphabet.randomElement(using: &random)!))
        case 3:
            let set = ScalarSet(alphabet.filter { _ in Bool.random(using: &random) }.map { $0.value...$0.value })
            return .scalars(Int.random(in: 0..<4, using: &random) == 0 ? set.complement : set)
        case 4, 5: return .sequence(parts())
        case 6, 7: return .union(parts())
        case 8, 9:
            let atLeast = Int.random(in: 0...2, using: &random)
            let atMost = Bool.random(using: &random) ? nil : atLeast + Int.random(in: 0...2, using: &random)
            return .repeated(part(), atLeast: atLeast, atMost: atMost)
        case 10: return .intersection(parts())
        case 11: return .complement(part())
        default: return Bool.random(using: &random) ? .anything : .repeated(.anyScalar, atLeast: 0, atMost: 2)
        }
    }
}
