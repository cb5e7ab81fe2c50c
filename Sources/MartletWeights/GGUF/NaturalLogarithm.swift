#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The logarithm to base e.
func naturalLogarithm(_ value: Float) -> Float { Float(log(Double(value))) }
