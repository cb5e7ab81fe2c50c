/// A number read so far, and what it must become divisible by as more digits are read.
struct DigitRemainder: Hashable, Sendable {
    /// Less than the modulus.
    let value: UInt64
    let modulus: UInt64

    init(value: UInt64, modulus: UInt64) {
        self.value = value % modulus
        self.modulus = modulus
    }

    /// After one more digit.
    func appending(_ digit: UInt64) -> DigitRemainder {
        let product = value.multipliedFullWidth(by: 10)
        let (low, carry) = product.low.addingReportingOverflow(digit)
        let remainder = modulus.dividingFullWidth((product.high + (carry ? 1 : 0), low)).remainder
        return DigitRemainder(value: remainder, modulus: modulus)
    }

    /// Whether `count` more digits can make it divisible.
    func isDivisible(after count: Int) -> Bool {
        // With 20 digits more there is a multiple of any modulus of 64 bits among the numbers.
        if count >= 20 { return true }
        var shifted = self
        var power: UInt64 = 1
        for _ in 0..<count {
            shifted = shifted.appending(0)
            power *= 10
        }
        return shifted.value == 0 || modulus - shifted.value < power
    }

    /// The least number of digits that make it divisible.
    var shortest: Int { (0...20).first { isDivisible(after: $0) } ?? 20 }
}

extension TermArena {
    /// The runs of digits that make `prefix` divisible by `modulus`.
    func digits(prefix: UInt64, modulus: UInt64) throws(GrammarError) -> Int32 {
        if modulus == 0 { return Self.nothing }
        let digit = try make(.scalars, sets.index(of: ScalarSet("0"..."9")))
        if modulus == 1 { return try repeated(digit, 0, Self.unbounded) }
        return try digits(DigitRemainder(value: prefix, modulus: modulus))
    }

    func digits(after remainder: Int32, _ scalar: UInt32) throws(GrammarError) -> Int32 {
        guard scalar >= 0x30, scalar <= 0x39 else { return Self.nothing }
        return try digits(remainders[Int(remainder)].appending(UInt64(scalar - 0x30)))
    }

    private func digits(_ remainder: DigitRemainder) throws(GrammarError) -> Int32 {
        if let known = remainderIndex[remainder] { return try make(.digits, known) }
        let index = Int32(remainders.count)
        remainders.append(remainder)
        remainderIndex[remainder] = index
        return try make(.digits, index)
    }

    /// The decimals that are, times ten to the `places`, divisible by `modulus`.
    func decimals(modulus: UInt64, places: Int) throws(GrammarError) -> Int32 {
        if modulus == 0 || places < 0 { return Self.nothing }
        if places > NumberConstraint.maxDigits {
            throw GrammarError(.tooComplex, "numbers with more than \(NumberConstraint.maxDigits) digits")
        }
        return try decimals(DecimalRemainder(modulus: modulus, places: places))
    }

    func decimals(after index: Int32, _ scalar: UInt32) throws(GrammarError) -> Int32 {
        guard let next = decimalRemainders[Int(index)].appending(scalar) else { return Self.nothing }
        return try decimals(next)
    }

    private func decimals(_ remainder: DecimalRemainder) throws(GrammarError) -> Int32 {
        if let known = decimalRemainderIndex[remainder] { return try make(.decimals, known) }
        let index = Int32(decimalRemainders.count)
        decimalRemainders.append(remainder)
        decimalRemainderIndex[remainder] = index
        return try make(.decimals, index)
    }
}
