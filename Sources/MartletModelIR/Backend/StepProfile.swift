import Synchronization

/// Where the time of an engine's steps goes: one entry per kind of work, added up over layers and steps.
///
/// Hand it to `CompileOptions.profile`; a backend that can, records into it. The entries of a step sum to its duration.
public final class StepProfile: Sendable {
    /// One kind of work.
    public struct Entry: Sendable, Hashable {
        /// What is done, layers made equal: `linear self_attn.qkv_proj`.
        public let name: String
        /// How often it was done.
        public var calls = 0
        /// Time on the wall.
        public var seconds = 0.0
        /// Bytes of weights multiplied with.
        public var weightBytes = 0
        /// Multiplications and additions with weights.
        public var operations = 0

        /// An entry without calls.
        public init(name: String) { self.name = name }
    }

    private let state = Mutex<[Entry]>([])

    /// A profile without entries.
    public init() {}

    /// The entries in the order of their registration.
    public var entries: [Entry] { state.withLock { $0 } }

    /// Number of the entry called `name`, a new one unless there is one.
    public func register(_ name: String) -> Int {
        state.withLock { entries in
            if let index = entries.firstIndex(where: { $0.name == name }) { return index }
            entries.append(Entry(name: name))
            return entries.count - 1
        }
    }

    /// Adds one piece of work to an entry.
    public func record(_ index: Int, nanoseconds: UInt64, weightBytes: Int = 0, operations: Int = 0) {
        state.withLock { entries in
            entries[index].calls += 1
            entries[index].seconds += Double(nanoseconds) * 1e-9
            entries[index].weightBytes += weightBytes
            entries[index].operations += operations
        }
    }

    /// Sets all entries to zero.
    public func reset() {
        state.withLock { entries in
            for index in entries.indices { entries[index] = Entry(name: entries[index].name) }
        }
    }
}
