/// How far into a well-formed UTF-8 sequence bytes have come.
struct UTF8Progress: Sendable {
    /// How many continuation bytes are still to come.
    private var remaining = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Between two scalars.
    var isComplete: Bool { remaining == 0 }

    /// Takes the next byte; false, changing nothing, where no well-formed text has it there.
    mutating func accept(_ byte: UInt8) -> Bool {
        if remaining > 0 {
            guard lower <= byte, byte <= upper else { return false }
            remaining -= 1
            (lower, upper) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0..<0x80: break
        case 0xC2...0xDF: remaining = 1
        case 0xE0...0xEF:
            remaining = 2
            if byte == 0xE0 { lower = 0xA0 }
            if byte == 0xED { upper = 0x9F }
        case 0xF0...0xF4:
            remaining = 3
            if byte == 0xF0 { lower = 0x90 }
            if byte == 0xF4 { upper = 0x8F }
        default: return false
        }
        return true
    }
}
