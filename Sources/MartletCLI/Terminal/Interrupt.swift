import Dispatch
import Glibc

/// Catches Ctrl-C while it lives; afterwards Ctrl-C ends the program again.
final class Interrupt {
    private let source: any DispatchSourceSignal

    /// Calls `onSignal` for every Ctrl-C.
    init(onSignal: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler(handler: onSignal)
        source.resume()
    }

    /// Gives Ctrl-C its usual meaning back.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
