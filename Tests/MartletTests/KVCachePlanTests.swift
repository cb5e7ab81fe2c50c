import MartletEngine
import Testing

@testable import Martlet

@Suite("Planning the KV cache")
struct KVCachePlanTests {
    let gibibyte = 1 << 30

    func inputs(_ edit: (inout KVCachePlan.Inputs) -> Void = { _ in }) -> KVCachePlan.Inputs {
        var inputs = KVCachePlan.Inputs(
            costs: KVCacheCosts(fullBytesPerToken: 1024), requestedMaxModelLen: nil, modelMaxLen: 4096, maxNumSeqs: 4,
            requestedBytes: nil, availableBytes: gibibyte)
        edit(&inputs)
        return inputs
    }

    @Test("allocates what all requests at full length need when memory allows")
    func whatIsNeeded() throws {
        #expect(try KVCachePlan.make(inputs()) == KVCachePlan(numBlocks: 4 * 256, maxModelLen: 4096))
    }

    @Test("takes a quarter of the memory when all requests need more")
    func quarter() throws {
        let plan = try KVCachePlan.make(inputs { $0.maxNumSeqs = 1000 })
        #expect(plan.numBlocks == gibibyte / 4 / (1024 * 16))
    }

    @Test("takes more than a quarter for one long request, and no more than that")
    func longRequest() throws {
        let plan = try KVCachePlan.make(inputs { $0.modelMaxLen = 400_000 })
        #expect(plan == KVCachePlan(numBlocks: 25_000, maxModelLen: 400_000))
    }

    @Test("obeys --kv-cache-memory-bytes exactly")
    func asked() throws {
        let plan = try KVCachePlan.make(inputs { $0.requestedBytes = 1024 * 16 * 300 + 5 })
        #expect(plan.numBlocks == 300)
    }

    @Test("refuses a length that does not fit and names one that does")
    func refuses() throws {
        let error = #expect(throws: LLMError.self) {
            try KVCachePlan.make(inputs { $0.modelMaxLen = 1_000_000 })
        }
        guard case .cannotLoad(let message) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        let words = message.split(separator: " ")
        let flag = try #require(words.firstIndex(of: "--max-model-len"))
        let fitting = try #require(Int(words[flag + 1]))
        #expect(message.contains("1000000"))
        #expect(try KVCachePlan.make(inputs { $0.requestedMaxModelLen = fitting }).maxModelLen == fitting)
    }

    /// 100 KiB per token in windows of 1000 tokens, 20 KiB in layers that read all.
    func windowed(_ edit: (inout KVCachePlan.Inputs) -> Void = { _ in }) -> KVCachePlan.Inputs {
        inputs {
            $0.costs.fullBytesPerToken = 20 * 1024
            $0.costs.windows = [.init(window: 1000, bytesPerToken: 100 * 1024)]
            $0.modelMaxLen = 16_000
            $0.availableBytes = 100 * gibibyte
            edit(&$0)
        }
    }

    @Test("gives a sliding window what all requests hold at a time, and full attention the rest")
    func windows() throws {
        let plan = try KVCachePlan.make(windowed())
        // 999 tokens before a step of 512: 95 blocks where both ends are cut.
        #expect(plan.windows == [.init(window: 1000, numBlocks: 4 * 96)])
        #expect(plan.numBlocks == 4 * 1000)
        #expect(plan.numStateCheckpoints == nil)
    }

    @Test("gives every group the blocks of an undivided cache where memory is short, and one request always fits")
    func shortWindows() throws {
        let blockBytes = 120 * 1024 * 16
        let even = try KVCachePlan.make(
            windowed {
                $0.requestedBytes = 1200 * blockBytes; $0.maxNumSeqs = 64
            })
        #expect(even.windows[0].numBlocks == 1200)
        #expect(even.numBlocks == 1200)
        let short = try KVCachePlan.make(
            windowed {
                $0.requestedBytes = 300 * blockBytes; $0.maxNumSeqs = 64
            })
        #expect(short.windows[0].numBlocks == (300 * 120 - 1000 * 20) / 100)
        #expect(short.numBlocks == 1000)
        let least = (1000 * 20 + 96 * 100) * 1024 * 16
        #expect(try KVCachePlan.make(windowed { $0.requestedBytes = least }).numBlocks == 1000)
        #expect(throws: LLMError.self) { try KVCachePlan.make(windowed { $0.requestedBytes = least - 1 }) }
    }

    @Test("counts blocks where no layer reads all tokens, and gives the windows what was asked for")
    func onlyWindows() throws {
        let plan = try KVCachePlan.make(
            windowed {
                $0.costs.fullBytesPerToken = nil
                $0.requestedBytes = 500 * 100 * 1024 * 16
            })
        #expect(plan.windows[0].numBlocks == 500)
        #expect(plan.numBlocks == 4 * 1000)
    }

    @Test("keeps states for all requests and copies of them for the prefix cache")
    func states() throws {
        let mebibyte = 1 << 20
        let plan = try KVCachePlan.make(inputs { $0.costs.stateBytes = mebibyte })
        #expect(plan.numStateCheckpoints == 32)
        #expect(plan.numBlocks == 4 * 256)
        let short = try KVCachePlan.make(
            inputs {
                $0.costs.stateBytes = 8 * mebibyte; $0.requestedBytes = 100 * mebibyte
            })
        // 32 MiB of states and 4 MiB for one request leave 64, of which a quarter is two copies.
        #expect(short.numStateCheckpoints == 2)
        #expect(short.numBlocks == (100 - 32 - 16) * 64)
        #expect(
            try KVCachePlan.make(
                inputs {
                    $0.costs.stateBytes = 1; $0.enablePrefixCaching = false
                }
            )
            .numStateCheckpoints == 0)
        let error = #expect(throws: LLMError.self) {
            try KVCachePlan.make(inputs { $0.costs.stateBytes = 1000 * mebibyte })
        }
        #expect(error?.description.contains("--max-num-seqs 4") == true)
    }

    @Test("does not overflow on sizes no machine has")
    func hostileSizes() {
        #expect(throws: LLMError.self) {
            try KVCachePlan.make(
                windowed {
                    $0.modelMaxLen = .max; $0.costs.fullBytesPerToken = .max / 2
                })
        }
        #expect(throws: LLMError.self) {
            try KVCachePlan.make(
                inputs {
                    $0.costs.stateBytes = .max / 2; $0.maxNumSeqs = 100
                })
        }
    }

    @Test("A request costs what its windows hold at a time and its state")
    func requestBytes() {
        let costs = KVCacheCosts(
            fullBytesPerToken: 10, windows: [.init(window: 100, bytesPerToken: 1000)], stateBytes: 7)
        #expect(costs.bytesPerToken == 1010)
        #expect(costs.bytes(ofRequest: 50) == 50 * 1010 + 7)
        // 99 tokens before a step of 512 span 40 blocks.
        #expect(costs.bytes(ofRequest: 10_000) == 10_000 * 10 + 40 * 16 * 1000 + 7)
    }
}
