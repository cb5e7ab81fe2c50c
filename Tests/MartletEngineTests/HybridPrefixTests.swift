import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("Prefixes of models with sliding windows or states")
struct HybridPrefixTests {
    private static func tokens(_ count: Int, from first: Int32 = 0) -> [Int32] { (0..<Int32(count)).map { first + $0 } }

    /// A cache with blocks of 4 for steps of up to 8 tokens; at its end a window of 6 reads 2 blocks before a border.
    private static func cache(windowBlocks: Int) -> KVCacheManager {
        var configuration = EngineHarness.configuration(maxModelLen: 100, numBlocks: 60, maxNumSeqs: 2, maxTokens: 8)
        configuration.windows = [.init(window: 6, numBlocks: windowBlocks)]
        return KVCacheManager(configuration)
    }

    /// Computes `tokens` in steps of 8; gives the table and the cached tokens, or nil when there is no room.
    private static func compute(_ tokens: [Int32], in cache: inout KVCacheManager) -> (
        table: BlockTable, hit: PrefixHit
    )? {
        var table = BlockTable(numWindows: 1)
        let salt = PrefixSalt()
        guard case .admitted(let hit) = cache.admit(tokens, salt: salt, readsPrefixCache: true, table: &table) else {
            return nil
        }
        for start in stride(from: hit.numTokens, to: tokens.count, by: 8) {
            let end = min(start + 8, tokens.count)
            guard cache.extend(&table, toHold: end) else { return nil }
            cache.advance(&table, toComputed: end, of: tokens, salt: salt)
        }
        return (table, hit)
    }

    @Test("A long prompt goes through a window's few blocks, which are given back as it moves on")
    func fewBlocks() throws {
        var cache = Self.cache(windowBlocks: 5)
        let (table, _) = try #require(Self.compute(Self.tokens(90), in: &cache))
        #expect(table.blocks.count == 23)
        #expect(table.windows[0].blocks.count == 23)
        // Token 90 reads from token 85 on, which is in block 21.
        #expect(table.windows[0].numReleased == 21)
        #expect(cache.numFree(pool: 1) == 3)
        #expect(cache.violations(tables: [table]).isEmpty)
    }

    @Test("Released blocks stay findable until they are taken, then shorter prefixes are all that is found")
    func evictedWindow() throws {
        var cache = Self.cache(windowBlocks: 8)
        var first = try #require(Self.compute(Self.tokens(30), in: &cache))
        var again = try #require(Self.compute(Self.tokens(30), in: &cache))
        #expect(again.hit.numTokens == 28)
        #expect(cache.violations(tables: [first.table, again.table]).isEmpty)
        cache.free(&first.table)
        cache.free(&again.table)
        var other = try #require(Self.compute(Self.tokens(16, from: 50), in: &cache))
        #expect(cache.violations(tables: [other.table]).isEmpty)
        cache.free(&other.table)
        let short = try #require(Self.compute(Self.tokens(17), in: &cache))
        #expect(short.hit.numTokens == 0, "the window's blocks are gone")
        #expect(short.hit.numKnownTokens == 16, "those of full attention are not")
        #expect(cache.violations(tables: [short.table]).isEmpty)
        let long = try #require(Self.compute(Self.tokens(30), in: &cache))
        #expect(long.hit.numKnownTokens == 28)
        #expect(cache.violations(tables: [short.table, long.table]).isEmpty)
    }

    @Test("Only as many window blocks must be free as a request needs at a time, and no fewer")
    func admission() throws {
        var cache = Self.cache(windowBlocks: 9)
        // A window of 6 and steps of 8 span 4 blocks at most.
        let first = try #require(Self.compute(Self.tokens(90), in: &cache))
        #expect(cache.numFree(pool: 1) == 7)
        let second = try #require(Self.compute(Self.tokens(40, from: 200), in: &cache))
        #expect(cache.numFree(pool: 1) == 5)
        #expect(Self.compute(Self.tokens(40, from: 300), in: &cache) != nil)
        var table = BlockTable(numWindows: 1)
        guard
            case .tooFewBlocks(pool: 1) = cache.admit(
                Self.tokens(40, from: 400), salt: PrefixSalt(), readsPrefixCache: true, table: &table)
        else {
            Issue.record("admitted without blocks")
            return
        }
        #expect(table.blocks.isEmpty && table.windows[0].blocks.isEmpty)
        #expect(first.table.blocks.count == 23 && second.table.blocks.count == 10)
    }

    private func harness(numCheckpoints: Int, maxTokens: Int = 16) -> EngineHarness {
        var configuration = EngineHarness.configuration(maxModelLen: 200, numBlocks: 200, maxTokens: maxTokens)
        configuration.numStateCheckpoints = numCheckpoints
        return EngineHarness(configuration)
    }

    private func request(_ id: RequestID, _ prompt: [Int32], maxTokens: Int = 2) -> EngineRequest {
        var params = SamplingParams()
        params.maxTokens = maxTokens
        params.temperature = 0
        return EngineRequest(id: id, promptTokenIDs: prompt.map { $0 % Int32(EngineHarness.vocabSize) }, params: params)
    }

    private func run(_ harness: EngineHarness, _ request: EngineRequest) throws -> Int? {
        try harness.loop.add([request])
        harness.run()
        #expect(harness.results[request.id] == harness.naive.generate(request))
        return harness.numCachedTokens[request.id]
    }

    @Test("Chunks of a model with states end at block borders, the last at the prompt's last one")
    func chunks() throws {
        let harness = harness(numCheckpoints: 4, maxTokens: 15)
        try harness.loop.add([request(0, Self.tokens(43))])
        var parts: [Int] = []
        while parts.reduce(0, +) < 43 {
            harness.step()
            parts += harness.loop.scheduler.output.requests.map(\.numScheduledTokens)
        }
        #expect(parts == [12, 12, 12, 4, 3])
        harness.run()
    }

    @Test("The same prompt finds its last block border, and a prompt that begins alike the place where others parted")
    func checkpoints() throws {
        let harness = harness(numCheckpoints: 3, maxTokens: 64)
        let shared = Self.tokens(22)
        func prompt(_ end: Int32) -> [Int32] { shared + Self.tokens(12, from: end) }
        #expect(try run(harness, request(0, prompt(30))) == 0)
        #expect(try run(harness, request(1, prompt(30))) == 32)
        #expect(try run(harness, request(2, prompt(33))) == 0, "nobody knew that 20 tokens would be shared")
        #expect(try run(harness, request(3, prompt(36))) == 20)
        #expect(try run(harness, request(4, prompt(39))) == 20)
        // The oldest of three checkpoints was the first prompt's.
        #expect(try run(harness, request(5, prompt(30))) == 20)
        let isReset = harness.loop.resetPrefixCache()
        #expect(isReset)
        #expect(try run(harness, request(6, prompt(30))) == 0)
    }

    @Test("The next turn of a conversation goes on from the last checkpoint of the answer")
    func nextTurn() throws {
        let harness = harness(numCheckpoints: 3)
        let first = request(0, Self.tokens(10), maxTokens: 90)
        #expect(try run(harness, first) == 0)
        let answer = try #require(harness.results[0]?.tokenIDs)
        // 100 tokens are 25 blocks; the last multiple of 8 blocks is 96 tokens.
        #expect(try run(harness, request(1, first.promptTokenIDs + answer + [1, 2, 3])) == 96)
        #expect(try run(harness, request(2, Self.tokens(10))) == 8, "the prompt's own checkpoint was left alone")
    }

    @Test("Growing beyond the length of the usual rotations computes all tokens again, once, and shares no blocks")
    func longRotary() throws {
        var configuration = EngineHarness.configuration(maxModelLen: 100, numBlocks: 60, maxTokens: 64)
        configuration.longRotaryLength = 20
        let harness = EngineHarness(configuration)
        try harness.loop.add([request(0, Self.tokens(17), maxTokens: 9), request(1, Self.tokens(3), maxTokens: 9)])
        var parts: [Int] = []
        while harness.loop.hasWork {
            harness.step()
            let part = harness.loop.scheduler.output.requests.first { $0.id == 0 }
            if let part { parts.append(part.numScheduledTokens) }
        }
        #expect(parts == [17, 1, 1, 1, 21, 1, 1, 1, 1])
        #expect(harness.loop.scheduler.statistics.numPreemptions == 0)
        #expect(harness.results[0] == harness.naive.generate(request(0, Self.tokens(17), maxTokens: 9)))
        #expect(try run(harness, request(2, Self.tokens(20))) == 16)
        #expect(try run(harness, request(3, Self.tokens(17) + Self.tokens(10, from: 40))) == 16)
        #expect(try run(harness, request(4, Self.tokens(30))) == 20, "as far as a request grew long")
    }

    @Test("A window with fewer blocks than one request needs at a time is refused")
    func tooFewBlocks() {
        var configuration = EngineHarness.configuration(maxModelLen: 100, numBlocks: 60, maxNumSeqs: 2, maxTokens: 8)
        configuration.windows = [.init(window: 6, numBlocks: 4)]
        #expect(throws: Never.self) { try configuration.validate() }
        configuration.windows[0].numBlocks = 3
        #expect(throws: EngineError.self) { try configuration.validate() }
        configuration.windows = [.init(window: 0, numBlocks: 5)]
        #expect(throws: EngineError.self) { try configuration.validate() }
    }
}
