import MartletJSON
import Testing

@testable import MartletGrammar

/// The spellings that `NumberLanguage` makes against the numbers that satisfy the constraint.
@Suite struct NumberLanguageTests {
    private static func decimal(_ random: inout SeededGenerator) -> Decimal {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        let text =
            switch number(0...3) {
            case 0: "\(number(-30...30))"
            case 1: "\(number(-3000...3000))e-\(number(0...3))"
            case 2: "\(number(-99...99))e\(number(-4...4))"
            default: "\(number(-1...1))e\(number(-2...3))"
            }
        return Decimal(text)!
    }

    private static func constraint(_ random: inout SeededGenerator) -> NumberConstraint {
        var result = NumberConstraint()
        func chance(_ outOf: Int) -> Bool { Int.random(in: 0..<outOf, using: &random) == 0 }
        if !chance(3) { result.lower = NumberConstraint.Bound(value: decimal(&random), isExclusive: chance(3)) }
        if !chance(3) { result.upper = NumberConstraint.Bound(value: decimal(&random), isExclusive: chance(3)) }
        if chance(8), let lower = result.lower { result.upper = NumberConstraint.Bound(value: lower.value) }
        let divisors = [
            "1", "2", "3", "0.5", "0.25", "0.01", "0.3", "1.1", "7", "10", "20", "100", "0.125", "1.5", "0.06",
        ]
        if chance(2) { result.multiples.append(Decimal(divisors.randomElement(using: &random)!)!) }
        if chance(4) { result.multiples.append(Decimal(divisors.randomElement(using: &random)!)!) }
        if chance(5) { result.nonMultiples.append(Decimal(divisors.randomElement(using: &random)!)!) }
        while chance(4) { result.excluded.append(decimal(&random)) }
        return result
    }

    /// Plain spellings with zeros at the end, and normalised scientific ones.
    private static func spelling(of value: Decimal, _ random: inout SeededGenerator) -> String {
        let zeros = String(repeating: "0", count: Int.random(in: 0...2, using: &random))
        let minus = value.isNegative || value.isZero && Bool.random(using: &random) ? "-" : ""
        if value.isZero || Bool.random(using: &random) {
            let (integer, fraction) = value.plainDigits
            let after = fraction.map { String($0) }.joined() + zeros
            return minus + integer.map { String($0) }.joined() + (after.isEmpty ? "" : "." + after)
        }
        let after = value.digits.dropFirst().map { String($0) }.joined() + zeros
        let mark = ["e", "E"].randomElement(using: &random)!
        let exponent = value.leadingExponent
        let sign = exponent < 0 ? "-" : Bool.random(using: &random) ? "+" : ""
        return minus + "\(value.digits[0])" + (after.isEmpty ? "" : "." + after) + mark + sign + "\(exponent.magnitude)"
    }

    private static func allowsExponents(_ constraint: NumberConstraint) -> Bool {
        constraint.multiples.isEmpty && constraint.nonMultiples.isEmpty
    }

    @Test(arguments: 0..<8) func spellingsAreThoseOfTheMembers(seed: Int) throws {
        var random = SeededGenerator(seed + 77)
        for _ in 0..<150 {
            let constraint = Self.constraint(&random)
            let arena = TermArena(budget: GrammarBudget())
            let term = try arena.intern(constraint.regex())
            var values = (0..<30).map { _ in Self.decimal(&random) }
            for bound in [constraint.lower?.value, constraint.upper?.value].compactMap({ $0 }) {
                values += [bound, bound.negated, Decimal(bound.description + (bound.isInteger ? ".1" : "1"))!]
            }
            for value in values + constraint.excluded {
                let text = Self.spelling(of: value, &random)
                if text.contains(where: { "eE".contains($0) }), !Self.allowsExponents(constraint) { continue }
                #expect(try arena.contains(term, text) == constraint.contains(value), "\(constraint) \(text)")
            }
            if let example = try arena.example(of: term) {
                let value = try #require(Decimal(example))
                #expect(constraint.contains(value), "\(constraint) \(example)")
                #expect(try !constraint.isEmpty())
            } else {
                #expect(try constraint.isEmpty(), "\(constraint)")
            }
            if let listed = try constraint.values(atMost: 50) {
                let other = try constraint.values(atMost: 1000)
                #expect(listed == other)
                #expect(listed.allSatisfy { constraint.contains($0) } && listed == listed.sorted())
                if constraint.multiples.contains(Decimal(1)) {
                    let expected = (-40000...40000).filter { constraint.contains(Decimal($0)) }
                    let isSmall = listed.allSatisfy { $0.magnitude < Decimal(40000) }
                    if expected.count < 50, isSmall { #expect(listed == expected.map { Decimal($0) }, "\(constraint)") }
                }
            }
        }
    }

    @Test func intersectionsAreBoth() throws {
        var random = SeededGenerator(5)
        for _ in 0..<200 {
            let (left, right) = (Self.constraint(&random), Self.constraint(&random))
            let both = left.intersection(right)
            for _ in 0..<20 {
                let value = Self.decimal(&random)
                #expect(both.contains(value) == (left.contains(value) && right.contains(value)))
            }
        }
    }

    private func check(_ constraint: NumberConstraint, members: [String], others: [String]) throws {
        let arena = TermArena(budget: GrammarBudget())
        let term = try arena.intern(constraint.regex())
        for text in members { #expect(try arena.contains(term, text), "\(text)") }
        for text in others { #expect(try !arena.contains(term, text), "\(text)") }
    }

    @Test func unconstrained() throws {
        let broken = ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "1e+", "--1", "00"]
        try check(
            NumberConstraint(), members: ["0", "-0", "1.50", "12e5", "0.5E-07", "-3.25e+2", "1E299"],
            others: broken + ["1E400"])
        try check(
            .integers, members: ["0", "-0", "1.0", "100.000", "-7", "1e3", "2.0E+05"], others: broken + ["1.5", "1e-3"])
    }

    @Test func hugeBounds() throws {
        var constraint = NumberConstraint()
        constraint.lower = NumberConstraint.Bound(value: try #require(Decimal("-1e-300")), isExclusive: true)
        constraint.upper = NumberConstraint.Bound(value: try #require(Decimal("1.7976931348623157e308")))
        let nines = String(repeating: "9", count: 308)
        try check(
            constraint, members: ["0", "-0.0", "1e308", "1.7976931348623157e308", nines, "1e-250"],
            others: ["-1e-300", "1.7976931348623158e308", "9" + nines, "1e309", "-1"])
        constraint.multiples = [Decimal(1)]
        try check(constraint, members: ["0", "-0", "5.0", nines], others: ["-1", "9" + nines, "0.5", "1e3"])
    }

    @Test func spellingsOfConstants() throws {
        let arena = TermArena(budget: GrammarBudget())
        for (value, members, others) in [
            ("1", ["1", "1.0", "1.000", "1e0", "1.0E+00", "1e-0"], ["1.01", "-1", "10", "01", "1e1", "1."]),
            ("0", ["0", "-0", "0.0", "-0.00", "0e5"], ["00", "0.1", "0."]),
            ("-12.5", ["-12.5", "-12.500", "-1.25e1", "-1.250E+01"], ["12.5", "-12.51", "-12", "-1.25e2"]),
            ("1e300", ["1" + String(repeating: "0", count: 300), "1e300", "1.0E+300"], ["1e301", "1"]),
        ] {
            let term = try arena.intern(NumberLanguage.spellings(of: #require(Decimal(value))))
            for text in members { #expect(try arena.contains(term, text), "\(text)") }
            for text in others { #expect(try !arena.contains(term, text), "\(text)") }
        }
    }

    @Test func decimals() throws {
        #expect(Decimal(JSONValue.double(0.1))?.description == "0.1")
        #expect(Decimal(JSONValue.integer(.min))?.description == "-9223372036854775808")
        #expect(Decimal(JSONValue.double(1e300))?.description == "1e300")
        #expect(Decimal("1.50")?.description == "1.5" && Decimal("-0") == Decimal(0))
        #expect(try #require(Decimal("0.0075")).isMultiple(of: #require(Decimal("0.0001"))))
        #expect(try !#require(Decimal("0.00751")).isMultiple(of: #require(Decimal("0.0001"))))
        #expect(try #require(Decimal("1e308")).isMultiple(of: #require(Decimal("0.5"))))
        #expect(try !#require(Decimal("1e308")).isMultiple(of: #require(Decimal("0.123456789"))))
        let long = try #require(Decimal("123456789012345678901234567890"))
        #expect(long.isMultiple(of: long) && !long.successor.isMultiple(of: long))
        #expect(Decimal(-1) < Decimal(0) && Decimal("-1e-9")! < Decimal(0) && Decimal("9.99")! < Decimal(10))
    }

    @Test func leastCommonMultiples() throws {
        func lcm(_ left: String, _ right: String) -> Decimal? {
            guard let a = Decimal(left).flatMap(DecimalDivisor.init),
                let b = Decimal(right).flatMap(DecimalDivisor.init)
            else { return nil }
            return a.leastCommonMultiple(with: b)?.value
        }
        #expect(lcm("0.5", "1") == Decimal(1) && lcm("4", "6") == Decimal(12) && lcm("0.3", "0.25") == Decimal("1.5"))
        #expect(lcm("1e300", "1e-300") == Decimal("1e300") && lcm("1e20", "3") == Decimal("3e20"))
        #expect(lcm("18446744073709551557", "18446744073709551533") == nil)
    }
}
