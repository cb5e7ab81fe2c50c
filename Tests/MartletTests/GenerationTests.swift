import MartletEngine
import MartletJSON
import MartletModelIR
import Testing

@testable import Martlet

@Suite("Generating with the built-in model", .timeLimit(.minutes(3)))
struct GenerationTests {
    @Test("gives the prompt's ids first, then tokens whose text is the output")
    func tokensAndText() async throws {
        let llm = try await DemoModel.load()
        let output = try await llm.output(DemoModel.request("Once upon a time", maxTokens: 24))
        let prompt = try llm.encode("Once upon a time")
        #expect(output.promptTokenIDs == prompt)
        #expect(output.numPromptTokens == prompt.count)
        #expect(!output.tokenIDs.isEmpty)
        let isEnded = output.finishReason == .stop
        let textIDs = isEnded ? Array(output.tokenIDs.dropLast()) : output.tokenIDs
        #expect(output.text == (try llm.decode(textIDs)))
        #expect(output.statistics?.numGenerationTokens == output.tokenIDs.count)
        #expect(isEnded || output.tokenIDs.count == 24)
    }

    @Test("repeats itself for equal seeds, alone or among others, and not for different ones")
    func seeds() async throws {
        let llm = try await DemoModel.load()
        let alone = try await llm.output(DemoModel.request("The owl", maxTokens: 20, seed: 3))
        let together = try await withThrowingTaskGroup(of: (Int, [Int32]).self) { group in
            for seed in 1...6 {
                group.addTask {
                    (seed, try await llm.output(DemoModel.request("The owl", maxTokens: 20, seed: seed)).tokenIDs)
                }
            }
            return try await group.reduce(into: [Int: [Int32]]()) { $0[$1.0] = $1.1 }
        }
        #expect(together[3] == alone.tokenIDs)
        #expect(Set(together.values).count > 1)
    }

    @Test("gives n outputs of different seeds, the first equal to the one of n = 1")
    func severalOutputs() async throws {
        let llm = try await DemoModel.load()
        let single = try await llm.output(DemoModel.request("A small bird", maxTokens: 12, seed: 5))
        var request = DemoModel.request("A small bird", maxTokens: 12, seed: 5)
        request.n = 3
        let outputs = try await llm.generate(request).collect()
        #expect(outputs.map(\.index) == [0, 1, 2])
        #expect(outputs[0].tokenIDs == single.tokenIDs)
        #expect(Set(outputs.map(\.tokenIDs)).count > 1)
        #expect(outputs.map { $0.promptTokenIDs == nil } == [false, true, true])
        let second = try await llm.output(DemoModel.request("A small bird", maxTokens: 12, seed: 6))
        #expect(outputs[1].tokenIDs == second.tokenIDs)
    }

    @Test("cuts the text before a stop string that spans tokens, and ends the request", arguments: [false, true])
    func stopString(include: Bool) async throws {
        let llm = try await DemoModel.load()
        let free = try await llm.output(DemoModel.request("Once upon a time", maxTokens: 40))
        let pieces = try free.tokenIDs.map { try llm.decode([$0]) }
        // The end of one token and the start of the next.
        let middle = try #require((2..<pieces.count - 1).first { pieces[$0].count > 1 && pieces[$0 + 1].count > 1 })
        let stop = String(pieces[middle].suffix(2)) + String(pieces[middle + 1].prefix(2))
        let cut = try #require(free.text.firstRange(of: stop))
        var request = DemoModel.request("Once upon a time", maxTokens: 40)
        request.stop = ["never said", stop]
        request.includeStopStringInOutput = include
        let output = try await llm.output(request)
        #expect(output.text == String(free.text[..<(include ? cut.upperBound : cut.lowerBound)]))
        #expect(output.finishReason == .stop)
        #expect(output.stopReason == .string(stop))
        #expect(output.tokenIDs == Array(free.tokenIDs.prefix(output.tokenIDs.count)))
        #expect(output.tokenIDs.count < free.tokenIDs.count)
        #expect(output.statistics?.numGenerationTokens == output.tokenIDs.count)
    }

    @Test("streams the same text as it collects, in whole characters")
    func streaming() async throws {
        let llm = try await DemoModel.load()
        let whole = try await llm.output(DemoModel.request("The sea", maxTokens: 30))
        var text = ""
        for try await event in try await llm.generate(DemoModel.request("The sea", maxTokens: 30)) {
            text += event.text
            #expect(whole.text.hasPrefix(text))
        }
        #expect(text == whole.text)
    }

    @Test("ends at a stop token id and names it")
    func stopTokenID() async throws {
        let llm = try await DemoModel.load()
        let free = try await llm.output(DemoModel.request("Once upon a time", maxTokens: 12))
        var request = DemoModel.request("Once upon a time", maxTokens: 12)
        request.sampling.stopTokenIDs = [free.tokenIDs[4]]
        let output = try await llm.output(request)
        let first = try #require(free.tokenIDs.firstIndex(of: free.tokenIDs[4]))
        #expect(output.tokenIDs == Array(free.tokenIDs.prefix(first + 1)))
        #expect(output.stopReason == .tokenID(free.tokenIDs[4]))
        #expect(output.text == (try llm.decode(Array(free.tokenIDs.prefix(first)))))
    }

    @Test("reports log-probabilities: ranked, below zero, the greedy token first")
    func logprobs() async throws {
        let llm = try await DemoModel.load()
        var request = GenerationRequest(prompt: .text("The owl"), sampling: .greedy(maxTokens: 6))
        request.logprobs = 3
        request.promptLogprobs = 1
        let output = try await llm.output(request)
        #expect(output.logprobs.count == output.tokenIDs.count)
        #expect(output.textOffsets.count == output.tokenIDs.count)
        for (token, entry) in zip(output.tokenIDs, output.logprobs) {
            #expect(entry.chosen.tokenID == token)
            #expect(entry.chosen.logprob <= 0)
            #expect(entry.top.count == 3)
            #expect(entry.top[0].tokenID == token)
            #expect(entry.top.map(\.logprob) == entry.top.map(\.logprob).sorted(by: >))
        }
        let prompt = try #require(output.promptLogprobs)
        #expect(prompt.count == output.numPromptTokens)
        #expect(prompt.first == .some(nil))
        #expect(prompt.dropFirst().allSatisfy { $0 != nil })
    }

    @Test("gives all blocks back when a stream is dropped, cancelled or stopped by a string")
    func cancelling() async throws {
        let llm = try await DemoModel.load()
        var endless = DemoModel.request("Once upon a time", maxTokens: 400)
        endless.sampling.ignoreEOS = true
        var stream: GenerationStream? = try await llm.generate(endless)
        var iterator = stream?.makeAsyncIterator()
        _ = try await iterator?.next()
        iterator = nil
        stream = nil
        let reader = Task { [endless] in try await llm.generate(endless).collect() }
        reader.cancel()
        _ = try await reader.value
        // A request behind them runs to its end, so the aborts before it have been taken in when it is done.
        while await !llm.isIdle() { await Task.yield() }
        #expect(llm.statistics.kvCacheUsage == 0)
        await llm.checkIntegrity()
    }

    @Test("refuses what it cannot serve and names the field")
    func refusals() async throws {
        let llm = try await DemoModel.load { $0.maxModelLen = 32 }
        let long = GenerationRequest(prompt: .tokenIDs(Array(repeating: 5, count: 32)))
        await #expect(throws: LLMError.self) { try await llm.generate(long) }
        let outside = GenerationRequest(prompt: .tokenIDs([Int32(llm.info.vocabSize)]))
        await #expect(throws: LLMError.self) { try await llm.generate(outside) }
        await #expect(throws: LLMError.self) { try await llm.generate(GenerationRequest(prompt: .tokenIDs([]))) }
        // The engine is none the worse.
        #expect(try await llm.output(DemoModel.request("Hi", maxTokens: 2)).tokenIDs.count >= 1)
    }

    @Test("takes no request after shutting down, and lets those in flight end when it drains")
    func shutDown() async throws {
        let llm = try await DemoModel.load()
        let stream = try await llm.generate(DemoModel.request("Once upon a time", maxTokens: 16))
        await llm.shutDown(drainTimeout: .seconds(60))
        let output = try await stream.collect()
        #expect(output.first?.finishReason == .stop || output.first?.finishReason == .length)
        await #expect(throws: LLMError.shuttingDown) {
            try await llm.generate(DemoModel.request("Once", maxTokens: 1))
        }
    }

    @Test("answers a message through the chat template")
    func chat() async throws {
        let llm = try await DemoModel.load()
        let answer = try await llm.chat("Tell me a story about an owl.", sampling: .greedy(maxTokens: 24)).collect()
        #expect(!answer.isEmpty)
        #expect(!answer.contains("<|"))
    }

    @Test("reports what it loaded")
    func info() async throws {
        let llm = try await DemoModel.load()
        #expect(llm.info.architecture == "LlamaForCausalLM")
        #expect(llm.info.memory.kvCacheTokens >= llm.info.maxModelLen)
        #expect(llm.info.numThreads == 1)
        #expect(!llm.samplingDefaults.eosTokenIDs.isEmpty)
    }
}

@Suite("Comparing backends")
struct ForwardPassTests {
    @Test("finds the CPU backend's float32 logits equal to the reference's, and greedy ids with them")
    func twins() async throws {
        let ids: [Int32] = (0..<70).map { Int32(($0 * 37 + 11) % 1400) }
        var configuration = LLMConfiguration()
        configuration.dtype = .float32
        let cpu = try await ForwardPass.load(configuration, maxModelLen: 80)
        configuration.backend = .reference
        let reference = try await ForwardPass.load(configuration, maxModelLen: 80)
        let expected = try reference.logits(of: ids)
        let found = try cpu.logits(of: ids)
        #expect(found.count == ids.count * cpu.vocabSize)
        let difference = zip(expected, found).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference < 2e-4)
        #expect(try cpu.greedy(after: ids, count: 8) == reference.greedy(after: ids, count: 8))
    }

    @Test("refuses ids outside the vocabulary and too long inputs")
    func refusals() async throws {
        let pass = try await ForwardPass.load(LLMConfiguration(), maxModelLen: 8)
        #expect(throws: LLMError.self) { try pass.logits(of: [-1]) }
        #expect(throws: LLMError.self) { try pass.logits(of: []) }
        #expect(throws: LLMError.self) { try pass.logits(of: Array(repeating: 1, count: 9)) }
    }
}
