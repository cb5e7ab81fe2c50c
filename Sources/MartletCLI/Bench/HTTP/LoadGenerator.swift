import Glibc
import MartletJSON

/// Sends requests to a server at a rate, at most so many at once, and times their streams; one thread, one `poll`.
struct LoadGenerator {
    /// How one request went; times in seconds since it was sent.
    struct Outcome {
        var firstToken: Double?
        /// Between chunks of text.
        var gaps: [Double] = []
        var end = 0.0
        var promptTokens = 0
        var outputTokens = 0
        /// Why it failed.
        var failure: String?
    }

    private struct Running {
        let exchange: HTTPExchange
        let start: ContinuousClock.Instant
        var lastChunk: ContinuousClock.Instant
        var events = EventStreamParser()
        var errorBody: [UInt8] = []
        var outcome = Outcome()
    }

    let target: HTTPTarget
    /// Most requests at once.
    let maxConcurrency: Int
    /// Seconds after the start at which each request may be sent, ascending.
    let sendTimes: [Double]

    /// Sends all requests and waits for the last answer.
    func run(_ requests: [[UInt8]]) throws(CLIError) -> (outcomes: [Outcome], seconds: Double) {
        precondition(sendTimes.count == requests.count)
        let start = ContinuousClock.now
        var next = 0
        var running: [Running] = []
        var outcomes: [Outcome] = []
        while outcomes.count < requests.count {
            var wait = Int32(1000)
            while next < requests.count, running.count < maxConcurrency {
                let early = sendTimes[next] - (ContinuousClock.now - start).seconds
                if early > 0 {
                    wait = Int32(min(1000, (early * 1000).rounded(.up)))
                    break
                }
                let now = ContinuousClock.now
                let exchange = try HTTPExchange(target: target, request: requests[next])
                running.append(Running(exchange: exchange, start: now, lastChunk: now))
                next += 1
            }
            var descriptors = running.map { pollfd(fd: $0.exchange.descriptor, events: $0.exchange.events, revents: 0) }
            poll(&descriptors, nfds_t(descriptors.count), wait)
            for index in running.indices.reversed() where descriptors[index].revents != 0 {
                guard advance(&running[index]) else { continue }
                outcomes.append(running.remove(at: index).outcome)
            }
        }
        return (outcomes, (ContinuousClock.now - start).seconds)
    }

    /// Reads what has come; true when the request is over.
    private func advance(_ running: inout Running) -> Bool {
        let bytes: [UInt8]
        let isOver: Bool
        do {
            switch try running.exchange.turn() {
            case .body(let part): (bytes, isOver) = (part, false)
            case .end(let part): (bytes, isOver) = (part, true)
            }
        } catch {
            running.outcome.failure = error.message
            return true
        }
        let now = ContinuousClock.now
        if running.exchange.parser.status == 200 {
            for data in running.events.push(bytes) { take(data, at: now, &running) }
        } else {
            running.errorBody += bytes
        }
        guard isOver else { return false }
        finish(&running, at: now)
        return true
    }

    private func finish(_ running: inout Running, at now: ContinuousClock.Instant) {
        let status = running.exchange.parser.status ?? 0
        if status != 200 {
            let body = String(decoding: running.errorBody.prefix(300), as: UTF8.self)
            running.outcome.failure = "HTTP \(status): \(body)"
        } else if running.outcome.failure == nil, running.outcome.firstToken == nil {
            running.outcome.failure = "the answer had no text"
        }
        running.outcome.end = (running.lastChunk - running.start).seconds
    }

    private func take(_ data: String, at now: ContinuousClock.Instant, _ running: inout Running) {
        guard data != "[DONE]", let json = try? JSONReader.parse(data) else { return }
        if let message = json["error"]?["message"]?.stringValue {
            running.outcome.failure = message
            return
        }
        if let usage = json["usage"], !usage.isNull {
            running.outcome.promptTokens = usage["prompt_tokens"]?.intValue ?? 0
            running.outcome.outputTokens = usage["completion_tokens"]?.intValue ?? 0
        }
        guard let choices = json["choices"]?.arrayValue, !choices.isEmpty else { return }
        if running.outcome.firstToken == nil {
            running.outcome.firstToken = (now - running.start).seconds
        } else {
            running.outcome.gaps.append((now - running.lastChunk).seconds)
        }
        running.lastChunk = now
    }
}
