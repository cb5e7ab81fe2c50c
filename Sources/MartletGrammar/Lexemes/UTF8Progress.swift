/// How far the bytes of one scalar have been read.
struct UTF8Progress: Hashable, BitwiseCopyable {
    /// Bits 0 to 1: bytes still to come. Bits 2 to 4: what the next of them may be (`Continuation`). Bit 5: the scalar
    /// still decides how to go on; bits 6 and up: its bits so far.
    private(set) var rawValue: UInt32

    /// What the second byte of a sequence may be: not all first bytes allow all of 80 to BF.
    enum Continuation: UInt32 {
        case any, afterE0, afterED, afterF0, afterF4

        var bytes: ClosedRange<UInt8> {
            switch self {
            case .any: 0x80...0xBF
            case .afterE0: 0xA0...0xBF
            case .afterED: 0x80...0x9F
            case .afterF0: 0x90...0xBF
            case .afterF4: 0x80...0x8F
            }
        }
    }

    /// Not inside a scalar.
    static let none = UTF8Progress(rawValue: 0)

    private init(rawValue: UInt32) { self.rawValue = rawValue }

    /// After the first byte of a sequence; nil for a byte that begins none.
    init?(firstByte byte: UInt8) {
        let (left, bits, continuation): (UInt32, UInt8, Continuation)
        switch byte {
        case 0xC2...0xDF: (left, bits, continuation) = (1, byte & 0x1F, .any)
        case 0xE0: (left, bits, continuation) = (2, 0, .afterE0)
        case 0xED: (left, bits, continuation) = (2, 0xD, .afterED)
        case 0xE1...0xEF: (left, bits, continuation) = (2, byte & 0xF, .any)
        case 0xF0: (left, bits, continuation) = (3, 0, .afterF0)
        case 0xF1...0xF3: (left, bits, continuation) = (3, byte & 7, .any)
        case 0xF4: (left, bits, continuation) = (3, 4, .afterF4)
        default: return nil
        }
        rawValue = left | continuation.rawValue << 2 | 1 << 5 | UInt32(bits) << 6
    }

    /// Bytes still to come.
    var left: UInt32 { rawValue & 3 }

    /// Whether it still matters which scalar it becomes.
    var isUndecided: Bool { rawValue >> 5 & 1 != 0 }

    /// The scalar, once no bytes are left.
    var scalar: UInt32 { rawValue >> 6 }

    private var continuation: Continuation { Continuation(rawValue: rawValue >> 2 & 7) ?? .any }

    /// The scalars it can still become.
    var scalars: ClosedRange<UInt32> {
        func scalar(_ byte: UInt8) -> UInt32 { self.scalar << 6 | UInt32(byte & 0x3F) }
        let (low, high) = (scalar(continuation.bytes.lowerBound), scalar(continuation.bytes.upperBound))
        let shift = (left - 1) * 6
        return low << shift...(high + 1) << shift - 1
    }

    /// As this, when it no longer matters which scalar it becomes.
    var decided: UTF8Progress { UTF8Progress(rawValue: rawValue & 0x1F) }

    /// After one more byte; nil where that is not one of the sequence.
    func appending(_ byte: UInt8) -> UTF8Progress? {
        guard continuation.bytes.contains(byte) else { return nil }
        if !isUndecided { return UTF8Progress(rawValue: left - 1) }
        return UTF8Progress(rawValue: left - 1 | 1 << 5 | (scalar << 6 | UInt32(byte & 0x3F)) << 6)
    }
}
