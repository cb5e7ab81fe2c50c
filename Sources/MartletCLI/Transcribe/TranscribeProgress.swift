import Martlet
import Synchronization

/// One line on the terminal that tells how far a file is; silent elsewhere.
final class TranscribeProgress: Sendable {
    private struct State {
        var isShown = false
        var lastDrawn: ContinuousClock.Instant?
    }

    private let file: String
    private let console: Console
    private let begun = ContinuousClock.now
    private let state = Mutex(State())

    init(file: String, console: Console) {
        self.file = file
        self.console = console
    }

    /// Draws how much is done, at most ten times a second.
    func show(seconds: Double, of total: Double?) {
        guard console.errorIsTerminal else { return }
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            if let last = state.lastDrawn, now - last < .milliseconds(100) { return false }
            state.lastDrawn = now
            state.isShown = true
            return true
        }
        guard isDue else { return }
        let line = Self.line(file, seconds: seconds, of: total, elapsed: (now - begun).seconds)
        console.err("\r\u{1B}[2K" + console.dim(line))
    }

    /// Removes the line.
    func clear() {
        let wasShown = state.withLock { state in
            defer {
                state.isShown = false
                state.lastDrawn = nil
            }
            return state.isShown
        }
        if wasShown { console.err("\r\u{1B}[2K") }
    }

    /// Tells what became of the file.
    func report(_ summary: TranscriptionSummary, path: String) {
        guard console.errorIsTerminal else { return }
        let elapsed = (ContinuousClock.now - begun).seconds
        let speed = elapsed > 0 ? ", \(fixed(summary.duration / elapsed, decimals: 1)) times real time" : ""
        console.err("\(path): \(Self.clock(summary.duration)), \(summary.language)\(speed)\n")
    }

    /// For instance `talk.mp3 [#####...............] 15:00 of 1:00:00, 30.5x`.
    static func line(_ file: String, seconds: Double, of total: Double?, elapsed: Double) -> String {
        let name = file.split(separator: "/").last ?? "audio"
        let speed = elapsed > 0.1 ? ", \(fixed(seconds / elapsed, decimals: 1))x" : ""
        guard let total, total > 0 else { return "\(name) \(clock(seconds))\(speed)" }
        let width = 20
        let filled = min(width, max(0, Int(seconds / total * Double(width))))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "\(name) [\(bar)] \(clock(seconds)) of \(clock(total))\(speed)"
    }

    /// `1:02:03` or `02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9))
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let rest = "\(padded(whole / 60 % 60)):\(padded(whole % 60))"
        return whole >= 3600 ? "\(whole / 3600):\(rest)" : rest
    }
}
