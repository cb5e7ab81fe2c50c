/// Numbers: unions of sets of them.
extension SchemaAlgebra {
    /// The numbers that a numeric assertion holds for.
    func numbers(of assertion: Assertion) -> [NumberSet] {
        var numbers = NumberSet()
        switch assertion {
        case .atLeast(let bound, let exclusive):
            numbers.constraint.lower = .init(value: bound, isExclusive: exclusive)
        case .atMost(let bound, let exclusive):
            numbers.constraint.upper = .init(value: bound, isExclusive: exclusive)
        case .multipleOf(let divisor): numbers.constraint.multiples = [divisor]
        case .writtenAsInteger: numbers.spelling = .integer
        default: return []
        }
        return [numbers]
    }

    /// The numbers that it does not hold for.
    func otherNumbers(than assertion: Assertion) -> [NumberSet] {
        var numbers = NumberSet()
        switch assertion {
        case .atLeast(let bound, let exclusive):
            numbers.constraint.upper = .init(value: bound, isExclusive: !exclusive)
        case .atMost(let bound, let exclusive):
            numbers.constraint.lower = .init(value: bound, isExclusive: !exclusive)
        case .multipleOf(let divisor): numbers.constraint.nonMultiples = [divisor]
        case .writtenAsInteger: numbers.spelling = .other
        default: return []
        }
        return [numbers]
    }

    func numbers(equalTo number: Decimal) -> [NumberSet] {
        var numbers = NumberSet()
        numbers.constraint.lower = .init(value: number)
        numbers.constraint.upper = .init(value: number)
        return [numbers]
    }

    func subtract(_ number: Decimal, from sets: [NumberSet]) throws(GrammarError) -> [NumberSet] {
        var left: [NumberSet] = []
        for var set in sets {
            if set.contains(number) { set.constraint.excluded.append(number) }
            if try !set.isEmpty() { left.append(set) }
        }
        return left
    }

    /// The JSON spellings of the numbers.
    func language(of numbers: NumberSet) throws(GrammarError) -> Term {
        let all = try terms.intern(numbers.constraint.regex())
        switch numbers.spelling {
        case .any: return all
        case .integer: return try terms.intersection([all, try terms.intern(NumberSet.integerSpelling)])
        case .other: return try terms.intersection([all, try terms.intern(.complement(NumberSet.integerSpelling))])
        }
    }
}
