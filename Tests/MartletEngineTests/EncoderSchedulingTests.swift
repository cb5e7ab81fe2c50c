import MartletModelIR
import Testing

@testable import MartletEngine

@Suite("Every step of a request sees its own encoder input, encoded no more often than needed")
struct EncoderSchedulingTests {
    /// An engine over a `SlotRunner`, checked after every step.
    final class Harness {
        let runner: SlotRunner
        let configuration: EngineConfiguration
        var loop: StepLoop
        private(set) var tokens: [RequestID: [Int32]] = [:]
        private(set) var reasons: [RequestID: FinishReason] = [:]
        private(set) var preemptions = 0
        private(set) var firstSeen: [RequestID] = []

        init(
            numSlots: Int, maxNumEncoderInputs: Int = 2, numBlocks: Int = 64, maxNumSeqs: Int = 4,
            now: @escaping () -> ContinuousClock.Instant = { .now }
        ) {
            var configuration = EngineHarness.configuration(
                maxModelLen: 48, numBlocks: numBlocks, blockSize: 4, maxNumSeqs: maxNumSeqs, maxTokens: 16)
            configuration.numCrossSlots = numSlots
            configuration.maxNumEncoderInputs = maxNumEncoderInputs
            self.configuration = configuration
            runner = SlotRunner(numSlots: numSlots)
            loop = StepLoop(configuration: configuration, runner: runner, now: now)
        }

        func add(_ id: RequestID, _ input: EncoderInput, prompt: Int = 5, maxTokens: Int = 6) throws {
            var params = SamplingParams()
            params.maxTokens = maxTokens
            var request = EngineRequest(
                id: id, promptTokenIDs: Array(repeating: 3, count: prompt), params: params)
            request.encoderInput = input
            runner.inputs[id] = input
            try loop.add([request])
        }

        @discardableResult
        func step() -> [RequestOutput] {
            let decoding = loop.scheduler.running.count { $0.tokenIDs.count - $0.numComputedTokens == 1 }
            let outputs = loop.step()
            let violations = loop.scheduler.violations()
            #expect(violations.isEmpty)
            let scheduler = loop.scheduler
            for (slot, input) in scheduler.crossSlots.inputs.enumerated() { #expect(input === runner.slots[slot]) }
            #expect(scheduler.output.encoderRuns.count <= (decoding > 0 ? 1 : configuration.maxNumEncoderInputs))
            for request in scheduler.output.requests where !firstSeen.contains(request.id) {
                firstSeen.append(request.id)
            }
            for output in outputs {
                tokens[output.id, default: []] += output.newTokenIDs
                if let reason = output.finishReason { reasons[output.id] = reason }
                if let statistics = output.statistics { preemptions += statistics.numPreemptions }
            }
            return outputs
        }

        func run(maxSteps: Int = 20_000) {
            var numSteps = 0
            while loop.hasWork, numSteps < maxSteps {
                step()
                numSteps += 1
            }
            #expect(!loop.hasWork, "livelock")
            #expect(loop.scheduler.crossSlots.useCounts.allSatisfy { $0 == 0 })
        }

        func expected(_ id: RequestID, prompt: Int, count: Int) -> [Int32] {
            (0..<count).map { runner.token(runner.inputs[id], after: prompt - 1 + $0) }
        }
    }

    @Test(
        "under random arrivals, aborts, preemptions, failing steps and more inputs than slots",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64], [1, 2, 5])
    func randomTrace(seed: UInt64, numSlots: Int) throws {
        var generator = RequestGenerator(seed: seed)
        let harness = Harness(
            numSlots: numSlots, maxNumEncoderInputs: 1 + generator.below(3), numBlocks: 12 + generator.below(8),
            maxNumSeqs: 2 + generator.below(4))
        var prompts: [RequestID: (prompt: Int, maxTokens: Int)] = [:]
        var recent: [EncoderInput] = []
        var numFailures = 0
        for _ in 0..<1500 {
            if harness.loop.scheduler.waiting.count < 8, generator.chance(45) {
                let id = RequestID(prompts.count)
                if recent.isEmpty || generator.chance(50) { recent.append(SlotRunner.input(prompts.count + 1)) }
                let input = recent[recent.count - 1 - generator.below(min(4, recent.count))]
                let size = (prompt: 1 + generator.below(25), maxTokens: 1 + generator.below(20))
                prompts[id] = size
                try harness.add(id, input, prompt: size.prompt, maxTokens: size.maxTokens)
            }
            if generator.chance(4), !prompts.isEmpty {
                harness.loop.abort([RequestID(prompts.count - 1 - generator.below(min(8, prompts.count)))])
            }
            if generator.chance(3) {
                harness.runner.failure = SlotRunner.Failure.allCases[generator.below(4)]
                numFailures += 1
            }
            harness.step()
            harness.runner.failure = nil
        }
        harness.run()
        #expect(prompts.count > 100)
        #expect(numFailures > 10)
        #expect(numSlots == 1 || harness.preemptions > 5)
        for (id, size) in prompts {
            let expected = harness.expected(id, prompt: size.prompt, count: min(size.maxTokens, 48 - size.prompt))
            let tokens = harness.tokens[id, default: []]
            switch harness.reasons[id] {
            case .length: #expect(tokens == expected)
            case .abort, .error: #expect(expected.starts(with: tokens))
            default: Issue.record("request \(id) ended with \(String(describing: harness.reasons[id]))")
            }
        }
        #expect(harness.firstSeen == harness.firstSeen.sorted(), "a later request overtook an earlier one")
        let statistics = harness.loop.scheduler.statistics
        #expect(statistics.encoderInputsEncoded >= harness.runner.numEncoded)
        #expect(statistics.encoderInputsReused > 0)
    }

    @Test("Requests with one input encode it once, in one step, one after the other, and after all have ended")
    func sharing() throws {
        let harness = Harness(numSlots: 2)
        let input = SlotRunner.input(1)
        for id in 0..<3 as Range<RequestID> { try harness.add(id, input) }
        harness.step()
        #expect(harness.loop.scheduler.output.encoderRuns.map(\.slot) == [0])
        #expect(harness.loop.scheduler.running.count == 3)
        try harness.add(3, input)
        harness.run()
        try harness.add(4, input)
        harness.run()
        // Equal contents in another object are another input.
        try harness.add(5, SlotRunner.input(1))
        harness.run()
        #expect(harness.runner.numEncoded == 2)
        #expect(harness.loop.scheduler.statistics.encoderInputsEncoded == 2)
        #expect(harness.loop.scheduler.statistics.encoderInputsReused == 4)
    }

    @Test("At most so many inputs are encoded in a step, and one while others decode; whoever waits keeps its place")
    func encoderBudget() throws {
        let harness = Harness(numSlots: 8, maxNumEncoderInputs: 2, maxNumSeqs: 8)
        let inputs = (0..<4).map { SlotRunner.input($0 + 1) }
        for id in 0..<4 { try harness.add(RequestID(id), inputs[id], prompt: 2) }
        try harness.add(4, inputs[0], prompt: 2)
        harness.step()
        #expect(harness.loop.scheduler.output.requests.map(\.id) == [0, 1])
        harness.step()
        #expect(harness.loop.scheduler.output.requests.map(\.id) == [0, 1, 2])
        harness.step()
        #expect(harness.loop.scheduler.output.requests.map(\.id) == [0, 1, 2, 3, 4])
        harness.run()
    }

    @Test("The unused input that was not used for longest makes room; a request waits while all slots are in use")
    func eviction() throws {
        let harness = Harness(numSlots: 2, maxNumEncoderInputs: 4)
        let inputs = (0..<4).map { SlotRunner.input($0 + 1) }
        for (id, input) in [0, 1, 0, 2, 0, 1].enumerated() {
            try harness.add(RequestID(id), inputs[input])
            harness.run()
        }
        #expect(harness.runner.numEncoded == 4, "0 stayed, 1 and 2 took turns")
        for id in 0..<3 { try harness.add(RequestID(10 + id), inputs[id + 1]) }
        harness.step()
        #expect(harness.loop.scheduler.running.map(\.id) == [10, 11])
        #expect(harness.loop.scheduler.waiting.all.map(\.id) == [12])
        harness.run()
    }

    @Test("An input that somebody waits for stays when there is another to go")
    func awaitedInputs() throws {
        let harness = Harness(numSlots: 3, maxNumSeqs: 1)
        let inputs = (0..<4).map { SlotRunner.input($0 + 1) }
        for id in 0..<3 {
            try harness.add(RequestID(id), inputs[id])
            harness.run()
        }
        // 0 was not used for longest, but is needed again after 3.
        try harness.add(3, inputs[3])
        try harness.add(4, inputs[0])
        try harness.add(5, inputs[2])
        harness.run()
        #expect(harness.runner.numEncoded == 4)
        #expect(harness.loop.scheduler.crossSlots.slot(of: inputs[1]) == nil)
    }

    @Test("A preempted request encodes again only when another took its slot", arguments: [2, 3])
    func preemption(numSlots: Int) throws {
        // 6 blocks of 4: both fit at first, not to their ends.
        let harness = Harness(numSlots: numSlots, numBlocks: 6, maxNumSeqs: 2)
        try harness.add(0, SlotRunner.input(1), prompt: 8, maxTokens: 12)
        try harness.add(1, SlotRunner.input(2), prompt: 8, maxTokens: 8)
        while harness.loop.scheduler.statistics.numPreemptions == 0 { harness.step() }
        #expect(harness.loop.scheduler.waiting.all.map(\.id) == [1])
        #expect(harness.loop.scheduler.crossSlots.freeSlots.contains(1))
        harness.run()
        #expect(harness.runner.numEncoded == 2)
        #expect(harness.tokens[1] == harness.expected(1, prompt: 8, count: 8))
    }

    @Test("A failed step leaves no slot filled that it was to fill, and the others as they were")
    func failedStep() throws {
        for failure in SlotRunner.Failure.allCases {
            let harness = Harness(numSlots: 3)
            let (old, new) = (SlotRunner.input(1), SlotRunner.input(2))
            try harness.add(0, old)
            harness.run()
            try harness.add(1, new)
            try harness.add(2, old)
            harness.runner.failure = failure
            harness.step()
            harness.runner.failure = nil
            #expect(harness.reasons[1] == .error && harness.reasons[2] == .error)
            #expect(harness.loop.scheduler.crossSlots.slot(of: old) != nil)
            #expect(harness.loop.scheduler.crossSlots.slot(of: new) == nil)
            try harness.add(3, new)
            harness.run()
            #expect(harness.tokens[3] == harness.expected(3, prompt: 5, count: 6))
        }
    }

    @Test("Equal tokens with different inputs share no prefix, though prefix caching is on")
    func prefixes() throws {
        let harness = Harness(numSlots: 2)
        #expect(harness.configuration.enablePrefixCaching)
        for id in 0..<3 as Range<RequestID> {
            try harness.add(id, SlotRunner.input(Int(id)), prompt: 20)
            harness.step()
            #expect(harness.loop.scheduler.output.requests.first?.numComputedTokens == 0)
            harness.run()
        }
        #expect(harness.loop.scheduler.statistics.prefixCacheQueries == 0)
    }

    @Test("The pace is learned from steps without encoder")
    func pace() throws {
        // Every look at the clock takes a second.
        let clock = TickingClock()
        let harness = Harness(numSlots: 2) { clock.tick() }
        try harness.add(0, SlotRunner.input(1), prompt: 1, maxTokens: 3)
        harness.step()
        #expect(harness.loop.scheduler.pace.decodeSeconds == nil)
        harness.step()
        #expect(harness.loop.scheduler.pace.decodeSeconds != nil)
        harness.run()
    }

    @Test("Inputs that do not fit the model are refused")
    func refusals() {
        func isRefused(_ loop: StepLoop, _ edit: (inout EngineRequest) -> Void) -> String? {
            var loop = loop
            var request = EngineRequest(id: 0, promptTokenIDs: [1, 2], params: SamplingParams())
            edit(&request)
            do throws(EngineError) { try loop.add([request]) } catch {
                if case .invalidRequest(let field, _) = error { return field }
            }
            return nil
        }
        let with = Harness(numSlots: 1).loop
        #expect(isRefused(with) { _ in } == "file")
        #expect(isRefused(with) { $0.encoderInput = SlotRunner.input(0) } == nil)
        for (numRows, width, count) in [(3, 1, 3), (2, 2, 4), (1, 2, 2), (2, 1, 3), (2, 1, 0), (-2, -1, 2)] {
            let elements = [Float](repeating: 0, count: count)
            let input = EncoderInput(numRows: numRows, width: width, elements: elements)
            #expect(isRefused(with) { $0.encoderInput = input } == "file")
        }
        let without = EngineHarness(EngineHarness.configuration()).loop
        #expect(isRefused(without) { $0.encoderInput = SlotRunner.input(0) } == "file")
        #expect(isRefused(without) { $0.wantsCrossWeights = true } == "file")
        #expect(isRefused(without) { $0.probe = TokenProbe(position: 2, tokenID: 0) } == "probe")
        #expect(isRefused(without) { $0.probe = TokenProbe(position: -1, tokenID: 0) } == "probe")
        #expect(isRefused(without) { $0.probe = TokenProbe(position: 0, tokenID: 48) } == "probe")
        #expect(isRefused(without) { $0.promptLogprobLimit = 0 } == "prompt_logprob_limit")
        #expect(isRefused(without) { $0.promptLogprobLimit = 49 } == "prompt_logprob_limit")
    }
}

/// A clock that goes on by a second whenever somebody looks.
private final class TickingClock {
    private var instant = ContinuousClock.now

    func tick() -> ContinuousClock.Instant {
        instant += .seconds(1)
        return instant
    }
}
