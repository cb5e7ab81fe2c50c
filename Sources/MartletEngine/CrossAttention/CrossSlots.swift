/// Says which encoder input lies in which cross slot.
///
/// An input stays in its slot when nobody uses it any more, until another one needs the slot: the least recently used goes
/// first, but those that somebody waits for after all others. Pure bookkeeping: the bytes belong to the backend. Invariants, checked under the same numbers by `violations`:
/// 1. A slot's use count is the number of running requests that have it.
/// 2. A slot is in the free list, once, exactly when its use count is 0; the list's links agree both ways.
/// 3. In the free list the empty slots come before the filled ones; a slot in use is filled.
/// 4. No two slots have the same input.
struct CrossSlots {
    /// `[numSlots]` what each slot holds, or will once the scheduled step is done; nil: nothing.
    private(set) var inputs: [EncoderInput?]
    /// `[numSlots]` requests that use each slot.
    private(set) var useCounts: [Int32]
    /// The slots nobody uses: the empty ones, then the least recently used.
    private(set) var freeSlots: FreeBlockList

    /// Empty slots.
    init(count: Int) {
        inputs = Array(repeating: nil, count: count)
        useCounts = Array(repeating: 0, count: count)
        freeSlots = FreeBlockList(numBlocks: count)
    }

    /// The slot an input lies in.
    func slot(of input: EncoderInput) -> Int32? { inputs.firstIndex { $0 === input }.map { Int32($0) } }

    /// True when an input that lies in no slot can be given one.
    var hasFree: Bool { freeSlots.count > 0 }

    /// The slot of an input for one more request, and whether it must be encoded; nil when all slots are in use.
    ///
    /// `isAwaited` says which inputs that nobody uses now will be used again.
    mutating func take(_ input: EncoderInput, isAwaited: (EncoderInput) -> Bool) -> (slot: Int32, isNew: Bool)? {
        if let slot = slot(of: input) {
            if useCounts[Int(slot)] == 0 { freeSlots.remove(slot) }
            useCounts[Int(slot)] += 1
            return (slot, false)
        }
        let order = freeSlots.walk()
        let unwanted = order.first { slot in inputs[Int(slot)].map { !isAwaited($0) } ?? true }
        guard let slot = unwanted ?? order.first else { return nil }
        freeSlots.remove(slot)
        inputs[Int(slot)] = input
        useCounts[Int(slot)] = 1
        return (slot, true)
    }

    /// Counts one request less; the slot of the last one is taken last by others.
    mutating func release(_ slot: Int32) {
        useCounts[Int(slot)] -= 1
        if useCounts[Int(slot)] == 0 { freeSlots.append(slot) }
    }

    /// Empties a slot that nobody uses.
    mutating func forget(_ slot: Int32) {
        inputs[Int(slot)] = nil
        freeSlots.remove(slot)
        freeSlots.prepend(slot)
    }

    /// What is wrong, given the slots of all running requests; empty when every invariant holds.
    func violations(slots: [Int32]) -> [String] {
        var found: [String] = []
        var order = freeSlots.walk()
        if order != freeSlots.walk(backwards: true).reversed() || Set(order).count != freeSlots.count {
            found.append("cross slots 2: the free list is \(order)")
        }
        order.removeAll { inputs[Int($0)] != nil }
        if order != Array(freeSlots.walk().prefix(order.count)) {
            found.append("cross slots 3: filled slots come before the empty ones \(order)")
        }
        for slot in inputs.indices {
            let numUses = slots.count { $0 == slot }
            if Int(useCounts[slot]) != numUses {
                found.append("cross slots 1: slot \(slot) is used \(numUses) times, counted \(useCounts[slot])")
            }
            if freeSlots.contains(Int32(slot)) != (numUses == 0) {
                found.append("cross slots 2: slot \(slot) is used \(numUses) times")
            }
            guard let input = inputs[slot] else {
                if numUses > 0 { found.append("cross slots 3: slot \(slot) is used and empty") }
                continue
            }
            if inputs[..<slot].contains(where: { $0 === input }) {
                found.append("cross slots 4: slot \(slot) has the input of another one")
            }
        }
        return found
    }
}
