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
        return found
    }
}
