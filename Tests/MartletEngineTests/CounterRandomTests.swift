import Testing

@testable import MartletEngine

@Suite struct CounterRandomTests {
    @Test("Draws depend on seed and index and look uniform")
    func uniform() {
        var ones = [Int](repeating: 0, count: 64)
        var seen: Set<UInt64> = []
        for seed in 0..<UInt64(50) {
            for index in 0..<50 {
                let bits = CounterRandom.bits(seed: seed, index: index)
                seen.insert(bits)
                for bit in 0..<64 where bits >> UInt64(bit) & 1 == 1 { ones[bit] += 1 }
            }
        }
        #expect(seen.count == 2500)
        // 2500 fair coins: 1250 with a standard deviation of 25.
        #expect(ones.allSatisfy { abs($0 - 1250) < 150 })
    }

    @Test("Requests without a seed get different ones, the same in every run")
    func derivedSeeds() {
        let seeds = (0..<100).map { CounterRandom.seed(engineSeed: 7, requestID: $0) }
        #expect(Set(seeds).count == 100)
        #expect(CounterRandom.seed(engineSeed: 7, requestID: 3) == seeds[3])
        #expect(CounterRandom.seed(engineSeed: 8, requestID: 3) != seeds[3])
    }
}
