/// A set of scalars as one bit each.
struct ScalarSet: Sendable {
    private var words = [UInt64](repeating: 0, count: 0x110000 / 64)

    mutating func insert(_ code: UInt32) { words[Int(code >> 6)] |= 1 << UInt64(code & 63) }

    func contains(_ code: UInt32) -> Bool { words[Int(code >> 6)] >> UInt64(code & 63) & 1 == 1 }
}
