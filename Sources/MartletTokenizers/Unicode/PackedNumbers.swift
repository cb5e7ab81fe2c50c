/// Reads the numbers that `Scripts/make-unicode-tables` packs into text: base-32 digits, least first.
struct PackedNumbers {
    private let text: StaticString
    private var position = 0

    init(_ text: StaticString) { self.text = text }

    mutating func next() -> Int? {
        var (value, shift) = (0, 0)
        while position < text.utf8CodeUnitCount {
            let byte = text.utf8Start[position]
            position += 1
            guard byte >= 0x30 else { continue }
            value |= (Int(byte - 0x30) & 31) << shift
            shift += 5
            if byte < 0x50 { return value }
        }
        return nil
    }
}

extension PackedNumbers {
    /// The number that zigzag packing made of a signed one.
    static func signed(_ packed: Int) -> Int { packed & 1 == 0 ? packed >> 1 : -(packed >> 1) - 1 }
}
