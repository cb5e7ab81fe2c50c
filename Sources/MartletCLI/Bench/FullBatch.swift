/// The stretch of a batch in which every request decodes in every step, from the last first token to the first end.
///
/// Before it some prompts are still computed, behind it the batch is smaller; both would blur what a step costs.
struct FullBatch {
    /// One request: its first token and its end by the engine's clock, and when the reader saw each token.
    struct Request {
        var firstToken: ContinuousClock.Instant
        var finished: ContinuousClock.Instant
        var arrivals: [ContinuousClock.Instant]
    }

    /// Steps in the stretch.
    let steps: Int
    /// How long they took.
    let seconds: Double
    private let requests: Int

    /// nil when the requests were never all decoding.
    init?(_ requests: [Request]) {
        guard let start = requests.map(\.firstToken).max(), let first = requests.min(by: { $0.finished < $1.finished })
        else { return nil }
        let seconds = (first.finished - start).seconds
        let about = first.arrivals.count { $0 > start }
        guard seconds > 0, about > 0 else { return nil }
        // The token of the step that ends at `start` reaches its reader a moment later: half a step tells them apart.
        let edge = start + (first.finished - start) / (2 * about)
        let steps = first.arrivals.count { $0 > edge }
        guard steps > 0 else { return nil }
        self.seconds = seconds
        self.steps = steps
        self.requests = requests.count
    }

    /// Of all requests together.
    var tokensPerSecond: Double { Double(steps * requests) / seconds }
}
