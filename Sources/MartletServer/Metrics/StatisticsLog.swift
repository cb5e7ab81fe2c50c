import Logging
import MartletEngine

/// Logs throughput now and then while there is any.
struct StatisticsLog: Sendable {
    let slot: EngineSlot
    let logger: Logger

    /// Runs until cancelled.
    func run(every interval: Duration) async {
        var last: [String: (prompt: Int, generated: Int)] = [:]
        while (try? await Task.sleep(for: interval)) != nil {
            guard let models = try? slot.forReading() else { continue }
            for ready in models {
                let name = ready.modelNames[0]
                let line = line(ready, since: last[name] ?? (0, 0), interval: interval)
                last[name] = ready.metrics.tokenTotals
                if let line { logger.info("\(models.count > 1 ? "\(name): " : "")\(line)") }
            }
        }
    }

    private func line(_ ready: EngineSlot.Ready, since last: (prompt: Int, generated: Int), interval: Duration)
        -> String?
    {
        let totals = ready.metrics.tokenTotals
        let load = ready.engine.load
        guard totals != last || load.numRunning > 0 || load.numWaiting > 0 else { return nil }
        func perSecond(_ tokens: Int) -> String { "\(Int(Double(tokens) / interval.inSeconds)) tokens/s" }
        return """
            prompt \(perSecond(totals.prompt - last.prompt)), generation \
            \(perSecond(totals.generated - last.generated)), running \(load.numRunning), waiting \
            \(load.numWaiting), KV cache \(Int(load.kvCacheUsage * 100))%
            """
    }
}
