import Dispatch
import Glibc
import Synchronization

/// What Ctrl-C does: it stops what is going on, and ends the program when nothing is.
struct Interrupt {
    private final class Current: Sendable {
        let action = Mutex<(@Sendable () -> Void)?>(nil)
    }

    private let current = Current()
    private let source: any DispatchSourceSignal

    /// Catches Ctrl-C from now on until the program ends.
    init() {
        // On Linux the source brings its own handler; ignoring the signal first would keep it from ever coming.
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [current] in
            guard let action = current.action.withLock({ $0 }) else { _exit(130) }
            action()
        }
        source.resume()
    }

    /// From now on Ctrl-C does this; nil: it ends the program.
    func stops(_ action: (@Sendable () -> Void)?) { current.action.withLock { $0 = action } }
}
