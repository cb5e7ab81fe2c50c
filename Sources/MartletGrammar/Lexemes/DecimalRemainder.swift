/// A decimal read so far, and what it must become divisible by; see `Regex.decimals`.
struct DecimalRemainder: Hashable, Sendable {
    private enum Place: Hashable, Sendable {
        case integer, point, fraction
    }

    /// The number without its point; only what matters for `left` more digits.
    private var value: UInt64 = 0
    let modulus: UInt64
    /// Digits that the fraction may still have, but for zeros.
    private var left: Int
    private var place = Place.integer

    init(modulus: UInt64, places: Int) {
        self.modulus = modulus
        left = places
    }

    /// Whether it is divisible as it stands.
    var isDivisible: Bool { place != .point && value == 0 }

    /// After one more character; nil where it cannot become divisible.
    func appending(_ scalar: UInt32) -> DecimalRemainder? {
        var next = self
        if scalar == 0x2E {
            guard place == .integer else { return nil }
            next.place = .point
            return next.canBecomeDivisible ? next : nil
        }
        guard scalar >= 0x30, scalar <= 0x39 else { return nil }
        if place == .point { next.place = .fraction }
        if place != .integer {
            if left == 0 { return scalar == 0x30 && value == 0 ? next : nil }
            next.left -= 1
        }
        let appended = DigitRemainder(value: value, modulus: modulus).appending(UInt64(scalar - 0x30)).value
        next.value = appended % next.relevantModulus
        return place == .integer || next.canBecomeDivisible ? next : nil
    }

    /// Zeros at the end take care of the factors two and five.
    private var relevantModulus: UInt64 {
        var modulus = modulus
        var (twos, fives) = (left, left)
        while twos > 0, modulus % 2 == 0 {
            modulus /= 2
            twos -= 1
        }
        while fives > 0, modulus % 5 == 0 {
            modulus /= 5
            fives -= 1
        }
        return modulus
    }

    private var canBecomeDivisible: Bool {
        DigitRemainder(value: value, modulus: modulus).isDivisible(after: left)
    }

    /// What makes it differ from others.
    var words: (UInt64, UInt64, UInt64) {
        let place: UInt64 = place == .integer ? 0 : place == .point ? 1 : 2
        return (value, modulus, UInt64(left) << 2 | place)
    }
}
