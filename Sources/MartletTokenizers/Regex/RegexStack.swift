/// What the matcher can still try, and what it must put right when it goes back.
struct RegexStack: ~Copyable {
    enum Kind: UInt8 {
        /// Continue at `pc` and `position`.
        case branch
        /// A run that may end at `position` or before, down to `limit`.
        case giveBack
        /// `\K` was at `position` before.
        case keep
        /// The states of `pc` from `limit` through `position` have failed when this is reached.
        case failed
    }

    struct Entry {
        var kind: Kind
        var level: UInt8
        var pc: Int32
        var position: Int
        var limit: Int
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = 64
    private(set) var count = 0

    init() { entries = .allocate(capacity: 64) }

    deinit { entries.deallocate() }

    @inline(__always)
    mutating func push(_ entry: Entry) {
        if count == capacity { grow() }
        entries[count] = entry
        count += 1
    }

    @inline(__always)
    mutating func pop() -> Entry {
        count -= 1
        return entries[count]
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: entries, count: count)
        entries.deallocate()
        entries = larger
        capacity *= 2
    }
}
