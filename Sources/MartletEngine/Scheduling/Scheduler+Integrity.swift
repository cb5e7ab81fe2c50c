extension Scheduler {
    /// What is wrong between two steps; empty when every invariant holds.
    func violations() -> [String] {
        let all = running + waiting.all
        var found: [String] = []
        if Set(all.map(\.id)) != Set(requestIDs) || all.count != requestIDs.count {
            found.append("1: \(requestIDs.count) requests, \(running.count) running, \(waiting.count) waiting")
        }
        for (name, list) in [("running", running), ("waiting", waiting.all)]
        where zip(list, list.dropFirst()).contains(where: { $0.rank >= $1.rank }) {
            found.append("1: the \(name) requests are out of order")
        }
        if running.count > configuration.maxNumSeqs { found.append("2: \(running.count) requests run") }
        for request in all { found += violations(of: request) }
        let slots = (running.compactMap(\.stateSlot) + freeStateSlots).sorted()
        if slots != Array(0..<Int32(configuration.maxNumSeqs)) || running.contains(where: { $0.stateSlot == nil }) {
            found.append("6: the state slots of running requests and the free ones are \(slots)")
        }
        found += crossSlots.violations(slots: running.compactMap(\.crossSlot))
        return found + cache.violations(tables: all.map(\.table))
    }

    private func violations(of request: Request) -> [String] {
        var found: [String] = []
        let numKnown = request.tokenIDs.count
        if request.numComputedTokens >= numKnown || numKnown > request.maxTotalTokens || request.isFinished {
            found.append("3: request \(request.id) computed \(request.numComputedTokens) of \(numKnown) tokens")
        }
        let capacity = request.table.blocks.count * configuration.blockSize
        let holdsNothing = request.numComputedTokens == 0 && capacity == 0
        if request.isRunning ? request.numComputedTokens > capacity : !holdsNothing {
            found.append("4: request \(request.id) has \(capacity) slots for \(request.numComputedTokens) tokens")
        }
        for (window, held) in zip(cache.windows, request.table.windows) where request.isRunning {
            let numReleased = window.numReleased(before: request.numComputedTokens)
            let capacity = held.blocks.count * configuration.blockSize
            if held.numReleased != numReleased || capacity < request.numComputedTokens {
                found.append(
                    "4: request \(request.id) released \(held.numReleased) of \(held.blocks.count) blocks of window "
                        + "\(window.window), \(numReleased) are not read")
            }
        }
        let inputSlot = request.isRunning ? request.encoderInput.flatMap { crossSlots.slot(of: $0) } : nil
        let needsSlot = request.isRunning && request.encoderInput != nil
        if request.crossSlot != inputSlot || (request.crossSlot != nil) != needsSlot {
            found.append("7: request \(request.id) has cross slot \(String(describing: request.crossSlot))")
        }
        let isLong = configuration.longRotaryLength.map { numKnown > $0 } ?? false
        if request.cacheSalt.usesLongRotary != isLong { found.append("8: request \(request.id) is long: \(!isLong)") }
        return found
    }
}
