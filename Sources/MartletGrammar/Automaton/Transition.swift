/// Where a byte leads, in one integer that tables keep.
struct Transition: BitwiseCopyable, Equatable {
    var rawValue: Int32

    /// Nowhere: no text goes on like this.
    static let dead = Transition(rawValue: 0)

    init(rawValue: Int32) { self.rawValue = rawValue }

    init(_ configuration: Int32, _ conditions: Conditions) {
        rawValue = configuration << 3 | conditions.rawValue
    }

    /// The configuration it leads to, 0 where it is dead or not known without the text (`Conditions.unknown`).
    @inline(__always) var configuration: Int32 { rawValue >> 3 }
    @inline(__always) var conditions: Conditions { Conditions(rawValue: rawValue & 7) }

    mutating func insert(_ conditions: Conditions) { rawValue |= conditions.rawValue }

    /// What the configuration depends on.
    struct Conditions: OptionSet, BitwiseCopyable {
        var rawValue: Int32

        /// A stand-in was taken for a capture: with the text the configuration is another.
        static let standIn = Conditions(rawValue: 1)
        /// A checkpoint was passed: only the text tells whether this is allowed.
        static let checkpoint = Conditions(rawValue: 2)
        /// A capture without a stand-in was met: nothing is known without the text.
        static let unknown = Conditions(rawValue: 4)

        /// Only the text tells whether it is allowed.
        @inline(__always) var isUncertain: Bool { rawValue & 6 != 0 }
    }
}
