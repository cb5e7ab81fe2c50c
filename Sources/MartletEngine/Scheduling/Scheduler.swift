import MartletModelIR

/// Decides which tokens each step computes.
///
/// There is no prefill and no decode phase: every request has computed tokens that chase its known tokens, and a step
/// moves them on under a budget of tokens. That covers chunked prefill, prefix hits and recomputation after preemption.
/// **Source**: the note in vLLM `v1/core/sched/scheduler.py`, `schedule`.
///
/// A pure state machine: no threads, no I/O, the clock comes as an argument. Invariants, checked by `violations`:
/// 1. A request is in exactly one of `running` and `waiting`, and both are in order of rank.
/// 2. At most `maxNumSeqs` run, so with `maxNumSeqs <= maxNumBatchedTokens` every running request gets a token per step.
/// 3. `numComputedTokens < tokenIDs.count <= maxTotalTokens`: there is always something left to compute.
/// 4. A running request's table holds its computed tokens, in a sliding window's group those that are still read; a
///    waiting one has no blocks and no computed tokens.
/// 5. The cache's own invariants hold for the tables of all requests.
/// 6. Every running request has a slot for its state of its own, and the free slots are the others.
/// 7. Every running request with an encoder's input has the cross slot where that lies, and a waiting one has none; the
///    invariants of `CrossSlots` hold.
/// 8. A request of more than `longRotaryLength` known tokens, and no other, uses the long rotary variant.
///
/// Progress: the first in rank is never preempted for another, and alone it fits the cache (`EngineRequest.validate`,
/// `EngineConfiguration.validate`), so it reaches its end; then the next one is first. Slots for inputs go to
/// the first who waits before all others, and every step may encode one.
struct Scheduler {
    let configuration: EngineConfiguration
    let vocabSize: Int
    var cache: KVCacheManager
    /// In order of rank; the last one is the first victim.
    var running: [Request] = []
    var waiting = WaitingQueue()
    var statistics = EngineStatistics()
    /// The step that was scheduled last.
    let output: SchedulerOutput
    /// The requests of `output`, same order.
    var scheduled: [Request] = []
    /// The request that found too few free blocks in a pool, and how many there were: only more are worth another
    /// look-up.
    var blocked: (id: RequestID, pool: Int, numFree: Int)?
    /// Slots for recurrent states that no request has.
    var freeStateSlots: [Int32]
    /// Slots for what the encoder makes of inputs.
    var crossSlots: CrossSlots
    /// How long steps take.
    var pace: StepPace
    /// When the step of `output` was scheduled.
    var stepStart: ContinuousClock.Instant?
    private let encoderShape: EncoderShape?
    private var requests: [RequestID: Request] = [:]
    private var numArrivals: UInt64 = 0

    /// A scheduler without requests for a model with or without an encoder.
    init(configuration: EngineConfiguration, vocabSize: Int, encoderShape: EncoderShape? = nil) {
        precondition(
            (encoderShape != nil) == (configuration.numCrossSlots > 0),
            "cross slots are for models with an encoder, which cannot do without")
        self.configuration = configuration
        self.encoderShape = encoderShape
        self.vocabSize = vocabSize
        cache = KVCacheManager(configuration)
        freeStateSlots = (0..<Int32(configuration.maxNumSeqs)).reversed()
        crossSlots = CrossSlots(count: configuration.numCrossSlots)
        output = SchedulerOutput(configuration: configuration, vocabSize: vocabSize)
        pace = StepPace(target: configuration.targetStepTime)
        running.reserveCapacity(configuration.maxNumSeqs)
        scheduled.reserveCapacity(configuration.maxNumSeqs)
    }

    /// True while there is something to compute.
    var hasRequests: Bool { !requests.isEmpty }

    /// Ids of all requests.
    var requestIDs: [RequestID] { Array(requests.keys) }

    /// Takes requests in, all or none.
    ///
    /// **Throws** `invalidRequest` for one that cannot be served, `queueFull` when they are too many.
    mutating func add(_ new: [EngineRequest], now: ContinuousClock.Instant) throws(EngineError) {
        var ids: Set<RequestID> = []
        for request in new {
            try request.validate(configuration: configuration, vocabSize: vocabSize, encoderShape: encoderShape)
            guard requests[request.id] == nil, ids.insert(request.id).inserted else {
                throw .invalidRequest(field: "id", reason: "request \(request.id) is already in the engine")
            }
        }
        if let limit = configuration.maxNumQueuedRequests {
            let numFreeSeats = configuration.maxNumSeqs - running.count
            guard waiting.count + new.count <= limit + numFreeSeats else { throw .queueFull(limit: limit) }
        }
        for request in new {
            numArrivals += 1
            let priority = configuration.schedulingPolicy == .priority ? request.priority : 0
            let rank = Request.Rank(priority: priority, arrival: numArrivals)
            let state = Request(request, rank: rank, configuration: configuration, arrival: now)
            requests[request.id] = state
            waiting.insert(state)
        }
        publishCounts()
    }

    /// Ends requests between two steps; ids that are not here are ignored.
    mutating func abort(_ ids: [RequestID], now: ContinuousClock.Instant, into outputs: inout [RequestOutput]) {
        var abortsRunning = false
        for id in ids {
            guard let request = requests[id] else { continue }
            if request.isRunning { abortsRunning = true } else { waiting.remove(request) }
            outputs.append(finish(request, .abort, now: now))
        }
        if abortsRunning { running.removeAll { !$0.isRunning } }
        publishCounts()
    }

    /// Takes everything from a request; the caller takes it out of `running`.
    mutating func stop(_ request: Request) {
        cache.free(&request.table)
        if let slot = request.stateSlot { freeStateSlots.append(slot) }
        request.stateSlot = nil
        if let slot = request.crossSlot { crossSlots.release(slot) }
        request.crossSlot = nil
        // Those of a prompt are computed again with it.
        request.crossWeights = []
        request.numComputedTokens = 0
        request.isRunning = false
    }

    /// Stops a request and makes its last output; the caller takes it out of `running`.
    mutating func finish(_ request: Request, _ reason: FinishReason, now: ContinuousClock.Instant) -> RequestOutput {
        stop(request)
        request.isFinished = true
        request.statistics.finished = now
        requests[request.id] = nil
        var output = RequestOutput(id: request.id)
        output.finishReason = reason
        output.numCachedTokens = request.numCachedTokens
        output.statistics = request.statistics
        return output
    }

    /// Copies the sizes that others see into the statistics.
    mutating func publishCounts() {
        statistics.numRunning = running.count
        statistics.numWaiting = waiting.count
        statistics.kvCacheUsage = cache.usage
    }
}
