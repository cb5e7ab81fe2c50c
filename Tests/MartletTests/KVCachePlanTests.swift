import Testing

@testable import Martlet

@Suite("Planning the KV cache")
struct KVCachePlanTests {
    let gibibyte = 1 << 30

    func inputs(_ edit: (inout KVCachePlan.Inputs) -> Void = { _ in }) -> KVCachePlan.Inputs {
        var inputs = KVCachePlan.Inputs(
            bytesPerToken: 1024, blockSize: 16, requestedMaxModelLen: nil, modelMaxLen: 4096, maxNumSeqs: 4,
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
}
