import Logging
import MartletEngine

/// Logs throughput now and then while there is any.
struct StatisticsLog: Sendable {
    let slot: EngineSlot
    let logger: Logger

    /// Runs until cancelled.
    func run(every interval: Duration) async {
        var last = (prompt: 0, generated: 0)
        while (try? await Task.sleep(for: interval)) != nil {
            guard let ready = try? slot.forReading() else { continue }
            let totals = ready.metrics.tokenTotals
            let load = ready.engine.load
            defer { last = totals }
            guard totals != last || load.numRunning > 0 || load.numWaiting > 0 else { continue }
            func perSecond(_ tokens: Int) -> String { "\(Int(Double(tokens) / interval.inSeconds)) tokens/s" }
            logger.info(
                """
                prompt \(perSecond(totals.prompt - last.prompt)), generation \
                \(perSecond(totals.generated - last.generated)), running \(load.numRunning), waiting \
                \(load.numWaiting), KV cache \(Int(load.kvCacheUsage * 100))%
                """)
        }
    }
}
