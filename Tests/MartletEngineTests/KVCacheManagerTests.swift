import Testing

@testable import MartletEngine

@Suite struct KVCacheManagerTests {
    private static func tokens(_ count: Int, from first: Int32 = 0) -> [Int32] { (0..<Int32(count)).map { first + $0 } }

    /// A cache for steps of up to 8 tokens.
    private static func cache(
        numBlocks: Int, blockSize: Int, windows: [EngineConfiguration.WindowBlocks] = [], numCheckpoints: Int? = nil
    ) -> KVCacheManager {
        var configuration = EngineHarness.configuration(
            maxModelLen: 100, numBlocks: numBlocks, blockSize: blockSize, maxNumSeqs: 2, maxTokens: 8)
        configuration.windows = windows
        configuration.numStateCheckpoints = numCheckpoints
        return KVCacheManager(configuration)
    }

    /// A table for `tokens`, computed and registered; nil when there is no room.
    private func compute(
        _ tokens: [Int32], salt: String? = nil, in cache: inout KVCacheManager
    ) -> (table: BlockTable, numCached: Int)? {
        var table = BlockTable(numWindows: cache.windows.count)
        let salt = PrefixSalt(tenant: salt)
        guard let numCached = Self.admit(tokens, salt, in: &cache, table: &table) else { return nil }
        var numComputed = numCached
        while numComputed < tokens.count {
            let end = min(numComputed + 8, tokens.count)
            guard cache.extend(&table, toHold: end) else { return nil }
            cache.advance(&table, toComputed: end, of: tokens, salt: salt)
            numComputed = end
        }
        return (table, numCached)
    }

    /// The number of cached tokens, or nil when there is no room.
    private static func admit(
        _ tokens: [Int32], _ salt: PrefixSalt = PrefixSalt(), in cache: inout KVCacheManager, table: inout BlockTable
    ) -> Int? {
        guard case .admitted(let hit) = cache.admit(tokens, salt: salt, readsPrefixCache: true, table: &table) else {
            return nil
        }
        return hit.numTokens
    }

    @Test("A request finds the full blocks of a prefix another has computed, in use or freed")
    func prefixHit() throws {
        var cache = Self.cache(numBlocks: 10, blockSize: 4)
        var first = try #require(compute(Self.tokens(10), in: &cache))
        let second = try #require(compute(Self.tokens(9) + [99], in: &cache))
        #expect(second.numCached == 8)
        #expect(second.table.blocks[..<2] == first.table.blocks[..<2])
        #expect(second.table.blocks[2] != first.table.blocks[2])
        #expect(cache.violations(tables: [first.table, second.table]).isEmpty)
        cache.free(&first.table)
        let third = try #require(compute(Self.tokens(12), in: &cache))
        #expect(third.numCached == 8)
        #expect(cache.violations(tables: [second.table, third.table]).isEmpty)
    }

    @Test("A prompt that is cached to its end still computes its last token", arguments: [1, 4, 8, 9])
    func fullHit(numTokens: Int) throws {
        var cache = Self.cache(numBlocks: 10, blockSize: 4)
        let first = try #require(compute(Self.tokens(12), in: &cache))
        let again = try #require(compute(Self.tokens(numTokens), in: &cache))
        #expect(again.numCached == (numTokens - 1) / 4 * 4)
        #expect(cache.violations(tables: [first.table, again.table]).isEmpty)
    }

    @Test("Equal tokens after different beginnings, or with another salt, are different prefixes")
    func noFalseHits() throws {
        var cache = Self.cache(numBlocks: 20, blockSize: 4)
        let plain = try #require(compute(Self.tokens(9), in: &cache))
        let salted = try #require(compute(Self.tokens(9), salt: "a", in: &cache))
        let other = try #require(compute(Self.tokens(4, from: 50) + Self.tokens(5, from: 4), in: &cache))
        let saltedAgain = try #require(compute(Self.tokens(9), salt: "a", in: &cache))
        #expect([salted.numCached, other.numCached, saltedAgain.numCached] == [0, 0, 8])
        #expect(cache.violations(tables: [plain, salted, other, saltedAgain].map(\.table)).isEmpty)
    }

    @Test("Blocks are evicted least recently used first, the end of a prefix before its beginning")
    func evictionOrder() throws {
        var cache = Self.cache(numBlocks: 6, blockSize: 2)
        var old = try #require(compute(Self.tokens(6), in: &cache))
        var young = try #require(compute(Self.tokens(6, from: 50), in: &cache))
        cache.free(&old.table)
        cache.free(&young.table)
        var filler = try #require(compute(Self.tokens(2, from: 80), in: &cache))
        let oldAgain = try #require(compute(Self.tokens(7), in: &cache))
        #expect(oldAgain.numCached == 4, "one block made room: the last of the older prefix")
        #expect(cache.violations(tables: [filler.table, oldAgain.table]).isEmpty)
        cache.free(&filler.table)
        var table = BlockTable()
        let admission1 = Self.admit(Self.tokens(5, from: 50), in: &cache, table: &table)
        #expect(admission1 == nil)
        #expect(table.blocks.isEmpty)
    }

    @Test("Equal blocks computed twice become one")
    func twins() throws {
        var cache = Self.cache(numBlocks: 8, blockSize: 4)
        let tokens = Self.tokens(8)
        var first = BlockTable()
        var second = BlockTable()
        let admission2 = Self.admit(tokens, in: &cache, table: &first)
        #expect(admission2 == 0)
        let admission3 = Self.admit(tokens, in: &cache, table: &second)
        #expect(admission3 == 0)
        cache.advance(&first, toComputed: 8, of: tokens, salt: PrefixSalt())
        #expect(cache.usage == 0.5)
        cache.advance(&second, toComputed: 5, of: tokens, salt: PrefixSalt())
        #expect(cache.violations(tables: [first, second]).isEmpty)
        cache.advance(&second, toComputed: 8, of: tokens, salt: PrefixSalt())
        #expect(first.blocks == second.blocks)
        #expect(cache.usage == 0.25)
        #expect(cache.violations(tables: [first, second]).isEmpty)
    }

    @Test("A reset forgets all prefixes, but not while blocks are in use")
    func reset() throws {
        var cache = Self.cache(numBlocks: 8, blockSize: 4)
        var first = try #require(compute(Self.tokens(9), in: &cache))
        let isResetInUse = cache.resetPrefixCache()
        #expect(!isResetInUse)
        cache.free(&first.table)
        let isReset = cache.resetPrefixCache()
        #expect(isReset)
        #expect(cache.violations(tables: []).isEmpty)
        let again = try #require(compute(Self.tokens(9), in: &cache))
        #expect(again.numCached == 0)
    }

    @Test("The integrity check sees a table that was copied")
    func violationsAreSeen() throws {
        var cache = Self.cache(numBlocks: 8, blockSize: 4)
        let first = try #require(compute(Self.tokens(9), in: &cache))
        #expect(!cache.violations(tables: [first.table, first.table]).isEmpty)
        #expect(!cache.violations(tables: []).isEmpty)
    }
}
