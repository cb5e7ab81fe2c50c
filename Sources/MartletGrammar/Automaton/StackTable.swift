/// What is still to come after the lexemes that are being read, as sets of stacks with shared parts.
///
/// A stack set is a set of (list of symbols, stack set below it), at most one entry for each list: entries with equal
/// lists are merged by uniting what lies below, which keeps the exact language and keeps ambiguity polynomial. A list
/// that has been used up is no entry: nothing but what is below is left, so right recursion does not grow the stack.
struct StackTable: ~Copyable {
    private var sets = PairSetTable()
    private var unions = IntegerMap()
    private var singles = IntegerMap()

    /// Nothing is left: the text is complete. The set whose only entry is the empty list.
    static let end: Int32 = 1
    /// How deep two stack sets are united. Only ambiguity that goes on for as many levels of nesting gets there.
    private static let maxUnionDepth = 2000

    init() {
        let bottom = push(0, onto: 0)
        assert(bottom == Self.end)
    }

    /// Number of stack sets.
    var count: Int { sets.count }

    /// Bytes of memory held.
    var byteCount: Int { sets.byteCount + unions.byteCount + singles.byteCount }

    /// Number of entries.
    @inline(__always) func size(_ stack: Int32) -> Int { sets.size(stack) }

    /// An entry: `key` is the list of symbols (0 for the end of the text), `value` the stack set below.
    @inline(__always) func entry(_ stack: Int32, _ index: Int) -> Pair { sets.element(stack, index) }

    /// `list` and then what `stack` says.
    mutating func push(_ list: Int32, onto stack: Int32) -> Int32 {
        if list == 0, stack != 0 { return stack }
        if let known = singles.find(list, stack) { return known }
        let made = withUnsafePointer(to: Pair(key: list, value: stack)) { pointer in
            sets.intern(UnsafeBufferPointer(start: pointer, count: 1))
        }
        singles.insert(list, stack, made)
        return made
    }

    /// What either stack set says. Throws where they are alike for too many levels.
    mutating func union(_ left: Int32, _ right: Int32, depth: Int = 0) throws(GrammarError) -> Int32 {
        if left == right || right == 0 { return left }
        if left == 0 { return right }
        let (low, high) = (min(left, right), max(left, right))
        if let known = unions.find(low, high) { return known }
        guard depth < Self.maxUnionDepth else {
            throw GrammarError(.tooComplex, "is ambiguous for more than \(Self.maxUnionDepth) levels of nesting")
        }
        var merged: [Pair] = []
        merged.reserveCapacity(size(low) + size(high))
        var (i, j) = (0, 0)
        while i < size(low) || j < size(high) {
            if j == size(high) || (i < size(low) && entry(low, i).key < entry(high, j).key) {
                merged.append(entry(low, i))
                i += 1
            } else if i == size(low) || entry(low, i).key > entry(high, j).key {
                merged.append(entry(high, j))
                j += 1
            } else {
                let below = try union(entry(low, i).value, entry(high, j).value, depth: depth + 1)
                merged.append(Pair(key: entry(low, i).key, value: below))
                i += 1
                j += 1
            }
        }
        let made = merged.withUnsafeBufferPointer { sets.intern($0) }
        unions.insert(low, high, made)
        return made
    }
}
