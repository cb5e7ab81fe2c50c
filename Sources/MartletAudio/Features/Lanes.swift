/// Frames side by side: what every x86-64 and every arm64 machine holds in one register.
typealias Lanes = SIMD4<Float>

/// log10 of values of at least 1e-10; smaller ones count as 1e-10. Within 1e-6.
///
/// The exponent is read from the bits and the logarithm of the rest, in `sqrt(0.5)..<sqrt(2)`, is a polynomial.
/// **Source** the polynomial of Cephes `logf`.
@inline(__always)
func log10(_ value: Lanes) -> Lanes {
    let clamped = value.replacing(with: 1e-10, where: .!(value .> 1e-10))
    let bits = unsafeBitCast(clamped, to: SIMD4<Int32>.self)
    let exponent = (bits &- 0x3f35_04f3) &>> 23
    let f = unsafeBitCast(bits &- (exponent &<< 23), to: Lanes.self) - 1
    let square = f * f
    var p = f * 7.037_683_6e-2 - 1.151_461e-1
    p = p * f + 1.167_699_87e-1
    p = p * f - 1.242_014_1e-1
    p = p * f + 1.424_932_3e-1
    p = p * f - 1.666_805_7e-1
    p = p * f + 2.000_071_5e-1
    p = p * f - 2.499_999_4e-1
    p = p * f + 3.333_333_1e-1
    let natural = f - 0.5 * square + square * f * p
    // log10(2) in two parts, the product with the first of which is exact.
    let twos = Lanes(exponent)
    return natural * 0.434_294_48 + twos * 2.487_456_64e-4 + twos * 0.300_781_25
}
