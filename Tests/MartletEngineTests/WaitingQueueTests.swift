import Testing

@testable import MartletEngine

@Suite struct WaitingQueueTests {
    private func request(_ arrival: UInt64, priority: Int) -> Request {
        Request(
            EngineRequest(id: arrival, promptTokenIDs: [1], params: SamplingParams()),
            rank: Request.Rank(priority: priority, arrival: arrival), configuration: EngineHarness.configuration(),
            arrival: .now)
    }

    @Test("It behaves as a sorted list", arguments: [1, 3] as [Int])
    func sortedList(numPriorities: Int) {
        var generator = RequestGenerator(seed: 6)
        var queue = WaitingQueue()
        var twin: [Request] = []
        var taken: [Request] = []
        for arrival in 0..<6000 as Range<UInt64> {
            let new = request(arrival, priority: generator.below(numPriorities))
            queue.insert(new)
            twin.append(new)
            twin.sort { $0.rank < $1.rank }
            // Grow to 2000 first, so that the emptied front is dropped when it is long.
            for _ in 0..<(arrival < 2000 ? 0 : generator.below(3)) where !twin.isEmpty {
                if generator.chance(20) {
                    queue.remove(twin.remove(at: generator.below(twin.count)))
                } else {
                    #expect(queue.first === twin[0])
                    queue.removeFirst()
                    taken.append(twin.removeFirst())
                }
            }
            if generator.chance(10), let back = taken.popLast() {
                queue.insert(back)
                twin.append(back)
                twin.sort { $0.rank < $1.rank }
            }
            #expect(queue.count == twin.count)
        }
        #expect(queue.all.map(\.id) == twin.map(\.id))
    }
}
