/// A number of bytes that prints with a binary unit: `1.50 GiB`.
public struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    /// The bytes.
    public let bytes: Int

    /// A number of bytes.
    public init(_ bytes: Int) { self.bytes = bytes }

    /// The number with its unit.
    public var description: String {
        var value = Double(bytes)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB"] {
            guard value >= 1024 else { break }
            value /= 1024
            unit = next
        }
        return unit == "B" ? "\(bytes) B" : "\(fixed(value, decimals: value < 10 ? 2 : 1)) \(unit)"
    }
}

/// `value` with a fixed number of decimals.
public func fixed(_ value: Double, decimals: Int) -> String {
    precondition((0...9).contains(decimals))
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = Int((abs(value) * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % Int(scale))
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(scaled / Int(scale)).\(zeros)\(fraction)"
}
