/// An object shape prepared for writing objects of it member by member.
struct ObjectFrame {
    /// Other names: a class in which the obligations speak of all names or of none.
    struct Rest {
        var names: Term
        var schema: SetID
        /// The obligations that a property of the class may meet, as bits.
        var obligations: UInt64
    }

    var shape: ObjectShape
    /// Properties that come in order, as indices.
    var declared: [Int] = []
    /// Properties that come after these in any order.
    var free: [Int] = []
    /// The obligations that each property may meet, as bits.
    var obligations: [UInt64] = []
    var rest: [Rest] = []
    /// From which count on the exact count makes no difference.
    var countLimit: Int
}

/// How far an object is written.
struct ObjectState: Hashable {
    /// Where in `declared` it stands.
    var position = 0
    /// The free properties that it has, as sorted indices.
    var freeSeen: [Int] = []
    /// The other names that it has, sorted.
    var names: [PropertyName] = []
    /// Members so far, up to the count limit.
    var count = 0
    /// Obligations that are not yet met, as bits.
    var outstanding: UInt64 = 0
    /// Excluded objects that it may still become, as bits.
    var similar: UInt64 = 0
}

/// A member that may come next.
struct ObjectMove {
    enum Key: Hashable {
        case property(Int)
        /// A name of a class of other names, as an index.
        case rest(Int)
    }

    var key: Key
    /// The value, and where the object stands with it. For other names the name has to be added to the state.
    var outcomes: [(value: SetID, state: ObjectState)]
}
