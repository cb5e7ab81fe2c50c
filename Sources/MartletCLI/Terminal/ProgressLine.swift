import Martlet
import Synchronization

/// One line on the terminal that tells how far loading has come; silent elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var isShown = false
        var lastDrawn: ContinuousClock.Instant?
        var lastDetail = ""
    }

    private let console: Console
    private let state = Mutex(State())

    init(console: Console) { self.console = console }

    /// Draws a report, at most ten times a second.
    func show(_ progress: LoadProgress) {
        guard console.errorIsTerminal else { return }
        if progress.phase == .ready {
            clear()
            return
        }
        let now = ContinuousClock.now
        let line = state.withLock { state -> String? in
            let isNews = state.lastDetail != progress.detail
            if !isNews, let last = state.lastDrawn, now - last < .milliseconds(100) { return nil }
            state.lastDrawn = now
            state.lastDetail = progress.detail
            state.isShown = true
            return Self.line(progress)
        }
        if let line { console.err("\r\u{1B}[2K" + console.dim(line)) }
    }

    /// Removes the line.
    func clear() {
        let wasShown = state.withLock { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if wasShown { console.err("\r\u{1B}[2K") }
    }

    /// A report as text: `Downloading model.safetensors [#####.....] 1.2 GiB of 2.4 GiB`.
    static func line(_ progress: LoadProgress) -> String {
        let verb =
            switch progress.phase {
            case .download: "Downloading"
            case .open: "Opening"
            case .compile: "Preparing"
            case .ready: "Ready:"
            }
        guard progress.completed > 0 || progress.total != nil else { return "\(verb) \(progress.detail)" }
        let done = ByteCount(progress.completed)
        guard let total = progress.total, total > 0 else { return "\(verb) \(progress.detail) \(done)" }
        let width = 20
        let filled = min(width, progress.completed * width / total)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "\(verb) \(progress.detail) [\(bar)] \(done) of \(ByteCount(total))"
    }
}
