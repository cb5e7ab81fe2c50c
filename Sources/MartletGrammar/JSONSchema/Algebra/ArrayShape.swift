/// A set of arrays: those that meet all of this.
struct ArrayShape: Hashable {
    /// How many of the items from an index on are in a set.
    struct Contains: Hashable {
        var from: Int
        var schema: SetID
        /// The values that are not in `schema`.
        var others: SetID
        var minCount: Int
        var maxCount: Int?
    }

    var prefix: [SetID] = []
    /// The items after the prefix.
    var items: SetID
    var minCount = 0
    var maxCount: Int?
    var contains: [Contains] = []
    /// No two items are equal.
    var isUnique = false
    /// Two items are equal.
    var hasRepeat = false
    /// Arrays that are left out.
    var excluded: [ConstantValue] = []

    func item(at index: Int) -> SetID { index < prefix.count ? prefix[index] : items }

    /// Whether the excluded arrays and counts beyond this index make no difference any more.
    var isPlain: Bool { contains.isEmpty && !isUnique && !hasRepeat && excluded.isEmpty }
}
