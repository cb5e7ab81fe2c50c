/// How far an array is written.
struct ArrayState: Hashable {
    /// Items so far, up to where the exact count makes no difference.
    var index = 0
    /// How many items each `contains` has counted, as far as that makes a difference.
    var counts: [Int] = []
    /// The items so far where none may come again.
    var seen: Set<ConstantValue> = []
    /// Excluded arrays that it may still become, as bits.
    var similar: UInt64 = 0
    var repetition = Repetition.none

    /// Two equal items, where the array must have them.
    enum Repetition: Hashable {
        /// Neither has come, or none are needed.
        case none
        /// The first of them has come.
        case first(ConstantValue)
        case both
    }
}

/// An item that may come next.
struct ArrayMove {
    enum Kind: Hashable {
        /// The state after it is known.
        case plain
        /// The value has to be added to `seen`.
        case unseen
        /// The value is the first of two equal ones.
        case firstOfTwo
    }

    var value: SetID
    var state: ArrayState
    var kind = Kind.plain
}
