import ArgumentParser

/// A positive number as vLLM's flags take it: `32768`, `32k` (32000), `32K` (32768), `1.5G`.
struct CountArgument: ExpressibleByArgument, Hashable, Sendable {
    /// The number.
    let value: Int

    init?(argument: String) {
        let factors: [Character: Double] = [
            "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12,
            "K": 1024, "M": 1024 * 1024, "G": 1024 * 1024 * 1024, "T": 1024 * 1024 * 1024 * 1024,
        ]
        var digits = argument[...]
        var factor = 1.0
        if let last = digits.last, let found = factors[last] {
            factor = found
            digits.removeLast()
        }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits),
            let value = Int(exactly: (number * factor).rounded(.down)), value > 0
        else { return nil }
        guard factor > 1 || !digits.contains(".") else { return nil }
        self.value = value
    }

    /// A default value.
    init(_ value: Int) { self.value = value }

    var defaultValueDescription: String { "\(value)" }
}
