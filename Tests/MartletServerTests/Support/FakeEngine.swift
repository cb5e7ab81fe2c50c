import Martlet
import MartletChat
import MartletEngine
import MartletGrammar
import MartletJSON
import MartletModelIR
import MartletServer
import Synchronization

/// An engine whose answers the test writes down; token ids are byte values.
final class FakeEngine: ServingEngine {
    /// How requests are answered.
    enum Script: Sendable {
        /// These texts, one event each, then the reason.
        case texts([String], FinishReason)
        /// These events.
        case events([GenerationEvent])
        /// One token per read, for ever.
        case endless
        /// So many tokens, then nothing until cancelled or released.
        case stuckAfter(Int)
        /// One token, then this error.
        case failing(LLMError)
        /// Refused at admission.
        case refused(LLMError)
    }

    private struct State {
        var requests: [GenerationRequest] = []
        var chats: [ChatPrompt] = []
        var outputs: [StructuredOutput] = []
        var numStarted = 0
        var numEnded = 0
        var numCancelled = 0
        var numEvents = 0
        var numAlive = 0
        var isReleased = false
        var statistics = EngineStatistics()
        var wasShutDown = false
        var waiters: [(isMet: @Sendable (FakeEngine.Counts) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
            []
        var stuckReaders: [CheckedContinuation<Void, Never>] = []
    }

    struct Counts: Sendable {
        var started: Int
        var ended: Int
        var cancelled: Int
        var events: Int
        /// Event sequences in memory.
        var alive: Int
        var running: Int { started - ended }
    }

    let servedModel: ServedModel
    private let toolCalls: ToolCallFormat?
    private let reasoning: ReasoningFormat?
    private let script: @Sendable (GenerationRequest) -> Script
    private let state = Mutex(State())

    init(
        name: String = "fake", maxModelLen: Int = 1000, toolCalls: String? = nil, reasoning: String? = nil,
        script: @escaping @Sendable (GenerationRequest) -> Script = { _ in .texts(["Hel", "lo"], .stop) }
    ) {
        servedModel = ServedModel(name: name, root: "/models/fake", maxModelLen: maxModelLen, numBlocks: 7)
        self.script = script
        self.toolCalls = toolCalls.flatMap(ToolCallFormat.named)
        self.reasoning = reasoning.flatMap(ReasoningFormat.named)
    }

    var counts: Counts { state.withLock { Self.counts($0) } }
    var requests: [GenerationRequest] { state.withLock { $0.requests } }
    var chats: [ChatPrompt] { state.withLock { $0.chats } }
    /// What was asked of outputs.
    var outputs: [StructuredOutput] { state.withLock { $0.outputs } }
    var wasShutDown: Bool { state.withLock { $0.wasShutDown } }

    private static func counts(_ state: State) -> Counts {
        Counts(
            started: state.numStarted, ended: state.numEnded, cancelled: state.numCancelled, events: state.numEvents,
            alive: state.numAlive)
    }

    /// Suspends until the counts meet a condition.
    func wait(until isMet: @escaping @Sendable (Counts) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isMetNow = state.withLock { state in
                if isMet(Self.counts(state)) { return true }
                state.waiters.append((isMet, continuation))
                return false
            }
            if isMetNow { continuation.resume() }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let met = state.withLock { state in
            body(&state)
            let counts = Self.counts(state)
            let met = state.waiters.filter { $0.isMet(counts) }.map(\.continuation)
            state.waiters.removeAll { $0.isMet(counts) }
            return met
        }
        for continuation in met { continuation.resume() }
    }

    // MARK: ServingEngine

    var load: EngineStatistics {
        get { state.withLock { $0.statistics } }
        set { state.withLock { $0.statistics = newValue } }
    }

    func encode(_ text: String, addSpecialTokens: Bool) throws(LLMError) -> [Int32] {
        (addSpecialTokens ? [1] : []) + text.utf8.map { Int32($0) }
    }

    func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool) throws(LLMError) -> String {
        guard tokenIDs.allSatisfy({ (0..<256).contains($0) }) else {
            throw .invalidRequest(param: "tokens", message: "no such token")
        }
        return String(decoding: tokenIDs.map { UInt8($0) }, as: UTF8.self)
    }

    func bytes(ofToken tokenID: Int32) -> [UInt8] { [UInt8(truncatingIfNeeded: tokenID)] }

    func vocabularyEntry(_ tokenID: Int32) -> String { "<\(tokenID)>" }

    func samplingParameters(of request: GenerationRequest) throws(LLMError) -> [SamplingParameter] { [] }

    func prepare(_ chat: ChatPrompt) throws(LLMError) -> PreparedChat {
        change { $0.chats.append(chat) }
        let turns = chat.messages.map { message in
            let parts = message["content"]?.arrayValue?.compactMap { $0["text"]?.stringValue } ?? []
            let content = message["content"]?.stringValue ?? parts.joined(separator: "\n")
            return "\(message["role"]?.stringValue ?? "?"): \(content)\n"
        }
        let prompt = turns.joined() + (chat.addGenerationPrompt ? "assistant:" : "")
        let toolCalls = chat.parsesToolCalls ? ToolCallFormat.forced(chat.toolChoice) ?? self.toolCalls : nil
        guard toolCalls != nil || reasoning != nil else { return PreparedChat(prompt: .text(prompt)) }
        return PreparedChat(
            prompt: .text(prompt), parser: OutputParser(toolCalls: toolCalls, reasoning: reasoning, tools: chat.tools))
    }

    func grammar(for output: StructuredOutput) async throws(LLMError) -> CompiledGrammar {
        change { $0.outputs.append(output) }
        do throws(GrammarError) {
            return try GrammarCompiler(vocabulary: .bytes).compile(output.specification)
        } catch {
            throw .grammar(error, param: output.param)
        }
    }

    func events(
        for request: GenerationRequest
    ) async throws(LLMError) -> any AsyncSequence<GenerationEvent, LLMError> & Sendable {
        let script = script(request)
        if case .refused(let error) = script { throw error }
        change {
            $0.requests.append(request)
            $0.numStarted += 1
        }
        return FakeEvents(engine: self, script: expand(script, request), numPromptTokens: promptIDs(request).count)
    }

    func shutDown(drainTimeout: Duration?) async { change { $0.wasShutDown = true } }

    private func promptIDs(_ request: GenerationRequest) -> [Int32] {
        switch request.prompt {
        case .tokenIDs(let ids): ids
        case .text(let text): text.utf8.map { Int32($0) }
        }
    }

    /// Texts become the events of all outputs, with log-probabilities when asked for.
    private func expand(_ script: Script, _ request: GenerationRequest) -> Script {
        guard case .texts(let texts, let reason) = script else { return script }
        let prompt = promptIDs(request)
        var events: [GenerationEvent] = []
        for (position, text) in texts.enumerated() {
            for output in 0..<request.n {
                var event = GenerationEvent(index: output)
                event.text = text
                event.tokenIDs = text.utf8.map { Int32($0) }
                event.numPromptTokens = prompt.count
                event.numCachedTokens = 2
                if position == 0, output == 0 {
                    event.promptTokenIDs = prompt
                    if let count = request.promptLogprobs {
                        event.promptLogprobs = prompt.enumerated().map { index, id in
                            index == 0 ? nil : Self.logprobs(id, count: count)
                        }
                    }
                }
                if let count = request.logprobs {
                    event.logprobs = event.tokenIDs.map { Self.logprobs($0, count: count) }
                }
                if position == texts.count - 1 {
                    event.finishReason = reason
                    event.statistics = Self.statistics(
                        numPromptTokens: prompt.count, numTokens: texts.joined().utf8.count)
                }
                events.append(event)
            }
        }
        return .events(events)
    }

    private static func logprobs(_ id: Int32, count: Int) -> TokenLogprobs {
        TokenLogprobs(
            chosen: TokenLogprob(tokenID: id, logprob: -0.5, rank: 1),
            top: (0..<count).map {
                TokenLogprob(tokenID: id + Int32($0), logprob: -0.5 - Float($0), rank: Int32($0 + 1))
            })
    }

    private static func statistics(numPromptTokens: Int, numTokens: Int) -> RequestStatistics {
        let arrival = ContinuousClock.now
        var statistics = RequestStatistics(arrival: arrival, numPromptTokens: numPromptTokens)
        statistics.firstScheduled = arrival + .milliseconds(10)
        statistics.firstToken = arrival + .milliseconds(30)
        statistics.finished = arrival + .milliseconds(130)
        statistics.numGenerationTokens = numTokens
        return statistics
    }

    // MARK: What the sequences report

    /// Lets stuck requests go on: they finish.
    func release() {
        let readers = state.withLock { state in
            state.isReleased = true
            defer { state.stuckReaders = [] }
            return state.stuckReaders
        }
        for reader in readers { reader.resume() }
    }

    fileprivate var isReleased: Bool { state.withLock { $0.isReleased } }

    fileprivate func addStuck(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        state.withLock { state in
            if state.isReleased { return false }
            state.stuckReaders.append(continuation)
            return true
        }
    }

    fileprivate func countAlive(_ change: Int) { self.change { $0.numAlive += change } }

    fileprivate func countEvent() { change { $0.numEvents += 1 } }

    fileprivate func ended(cancelled: Bool) {
        change {
            $0.numEnded += 1
            if cancelled { $0.numCancelled += 1 }
        }
    }
}

/// One request's events, read by one reader; counts as cancelled when dropped or cancelled before the end.
private struct FakeEvents: AsyncSequence, Sendable {
    typealias Element = GenerationEvent
    typealias Failure = LLMError

    private let token: Token
    private let script: FakeEngine.Script
    private let numPromptTokens: Int

    init(engine: FakeEngine, script: FakeEngine.Script, numPromptTokens: Int) {
        token = Token(engine: engine)
        self.script = script
        self.numPromptTokens = numPromptTokens
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(token: token, script: script, numPromptTokens: numPromptTokens)
    }

    /// Reports the end of the request once.
    final class Token: Sendable {
        let engine: FakeEngine
        private let hasEnded = Mutex(false)
        init(engine: FakeEngine) {
            self.engine = engine
            engine.countAlive(1)
        }
        deinit {
            end(cancelled: true)
            engine.countAlive(-1)
        }
        var isOver: Bool { hasEnded.withLock { $0 } }
        func end(cancelled: Bool) {
            let isFirst = hasEnded.withLock { hasEnded in
                defer { hasEnded = true }
                return !hasEnded
            }
            if isFirst { engine.ended(cancelled: cancelled) }
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        let token: Token
        let script: FakeEngine.Script
        let numPromptTokens: Int
        var position = 0

        mutating func next() async throws(LLMError) -> GenerationEvent? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> GenerationEvent? {
            if token.isOver { return nil }
            if Task.isCancelled {
                token.end(cancelled: true)
                return nil
            }
            defer { position += 1 }
            switch script {
            case .events(let events):
                guard position < events.count else {
                    token.end(cancelled: false)
                    return nil
                }
                token.engine.countEvent()
                return events[position]
            case .endless:
                await Task.yield()
                token.engine.countEvent()
                return oneToken()
            case .failing where position == 0: return oneToken()
            case .stuckAfter(let count): return position < count ? oneToken() : await waitForRelease()
            case .failing(let error):
                token.end(cancelled: false)
                throw error
            case .texts, .refused: return nil
            }
        }

        private func oneToken() -> GenerationEvent {
            var event = GenerationEvent(index: 0)
            event.text = "x"
            event.tokenIDs = [120]
            event.numPromptTokens = numPromptTokens
            return event
        }

        private func waitForRelease() async -> GenerationEvent? {
            await StuckReader().wait(token.engine)
            if Task.isCancelled {
                token.end(cancelled: true)
                return nil
            }
            token.end(cancelled: false)
            var event = oneToken()
            event.finishReason = .length
            return event
        }
    }
}

/// Waits until the engine is released or the task cancelled.
private final class StuckReader: Sendable {
    private struct State {
        var isOver = false
        var continuation: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func wait(_ engine: FakeEngine) async {
        Task {
            await withCheckedContinuation { continuation in
                if !engine.addStuck(continuation) { continuation.resume() }
            }
            self.finish()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if !state.isOver { state.continuation = continuation }
                    return state.isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            finish()
        }
    }

    private func finish() {
        state.withLock { state in
            state.isOver = true
            return state.continuation.take()
        }?.resume()
    }
}
