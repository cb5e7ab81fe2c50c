extension UTF8Scalar {
    /// Appends the scalar `code`, which must be one, as UTF-8.
    @inline(__always)
    static func append(_ code: UInt32, to bytes: inout [UInt8]) {
        if code < 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: code))
        } else {
            appendMultiByte(code, to: &bytes)
        }
    }

    private static func appendMultiByte(_ code: UInt32, to bytes: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (code >> shift & 0x3F)) }
        if code < 0x800 {
            bytes.append(UInt8(truncatingIfNeeded: 0xC0 | code >> 6))
        } else {
            if code < 0x10000 {
                bytes.append(UInt8(truncatingIfNeeded: 0xE0 | code >> 12))
            } else {
                bytes.append(UInt8(truncatingIfNeeded: 0xF0 | code >> 18))
                bytes.append(tail(12))
            }
            bytes.append(tail(6))
        }
        bytes.append(tail(0))
    }
}
