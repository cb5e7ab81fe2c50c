/// Eight-bit floating point. **Source** OCP 8-bit Floating Point Specification, torch `float8_e4m3fn`.
enum Float8 {
    /// E4M3FN: bias 7, subnormals in steps of 2^-9, 0x7F and 0xFF are NaN.
    static func e4m3(_ byte: UInt8) -> Float {
        let exponent = UInt32(byte >> 3 & 15)
        let mantissa = UInt32(byte & 7)
        let magnitude: Float =
            if byte & 0x7F == 0x7F {
                .nan
            } else if exponent == 0 {
                Float(mantissa) * 0x1p-9
            } else {
                Float(bitPattern: (exponent + 120) << 23 | mantissa << 20)
            }
        return byte & 0x80 == 0 ? magnitude : -magnitude
    }

    /// E8M0: a power of two, 2^(byte - 127); 255 is NaN.
    static func e8m0(_ byte: UInt8) -> Float {
        switch byte {
        case 0: 0x1p-127
        case 255: .nan
        default: Float(bitPattern: UInt32(byte) << 23)
        }
    }
}
