/// One attempt at an `init(from:)`: the values it is tried with.
final class ProbeAttempt {
    /// Initialisers check for empty texts, ranges, an order of two numbers, an `@`.
    static let count = 4

    /// The type looks which keys there are, which no attempt can answer.
    var asksForKeys = false
    private let number: Int
    private var numNumbers = 0

    /// Attempts are made in the order of their numbers, from 0.
    init(_ number: Int = 0) { self.number = number }

    /// False, then true.
    var flag: Bool { number % 2 == 1 }

    /// Whether optional properties have values; without them there is less to refuse.
    var hasOptionals: Bool { number % 2 == 1 }

    /// A short text.
    var text: String { ["a", "1", "a@example.com", ""][number] }

    /// Within every number type: ones, increasing, decreasing, zeros.
    func nextNumber() -> Int64 {
        numNumbers = min(numNumbers + 1, 100)
        return Int64([1, numNumbers, 101 - numNumbers, 0][number])
    }
}
