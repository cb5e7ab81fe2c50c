import Synchronization

/// Bytes on their way from the task that makes events to the one that writes them to the socket.
///
/// One writer, one reader. The writer waits when a slow client has left more than `highWaterMark` bytes; the reader
/// takes all there is at once, so that a burst costs one write.
final class EventFeed: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isFinished = false
        var isUnbounded = false
        var reader: CheckedContinuation<Void, Never>?
        var writers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let highWaterMark: Int

    init(highWaterMark: Int = 64 << 10) { self.highWaterMark = highWaterMark }

    /// Adds bytes; those after the end are dropped.
    func append(_ bytes: [UInt8]) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isFinished else { return nil }
            state.bytes += bytes
            return state.reader.take()
        }?.resume()
    }

    /// Adds bytes if nothing waits to be read.
    func appendIfIdle(_ bytes: [UInt8]) {
        if state.withLock({ $0.bytes.isEmpty }) { append(bytes) }
    }

    /// Suspends until the reader has caught up.
    func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                let hasRoom = state.isFinished || state.isUnbounded || state.bytes.count < highWaterMark
                if !hasRoom { state.writers.append(continuation) }
                return hasRoom
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// Lets the writer go on without waiting: what is left is little.
    func stopWaiting() {
        let writers = state.withLock { state in
            state.isUnbounded = true
            defer { state.writers = [] }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }

    /// Ends the feed once what is in it has been read.
    func finish() {
        let (reader, writers) = state.withLock { state in
            state.isFinished = true
            defer { state.writers = [] }
            return (state.reader.take(), state.writers)
        }
        reader?.resume()
        for writer in writers { writer.resume() }
    }

    /// Ends the feed and drops what is in it.
    func cancel() {
        state.withLock { $0.bytes = [] }
        finish()
    }

    private enum Poll {
        case bytes([UInt8])
        case end
        case wait
    }

    private func poll() -> Poll {
        let (result, writers): (Poll, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            guard !state.bytes.isEmpty else { return (state.isFinished ? .end : .wait, []) }
            let bytes = state.bytes
            let writers = state.writers
            state.bytes = []
            state.writers = []
            return (.bytes(bytes), writers)
        }
        for writer in writers { writer.resume() }
        return result
    }

    /// All bytes there are, once there are any; nil at the end.
    func next() async -> [UInt8]? {
        while true {
            switch poll() {
            case .bytes(let bytes): return bytes
            case .end: return nil
            case .wait: await waitForBytes()
            }
        }
    }

    private func waitForBytes() async {
        await withCheckedContinuation { continuation in
            let resumesNow = state.withLock { state in
                guard state.bytes.isEmpty, !state.isFinished else { return true }
                state.reader = continuation
                return false
            }
            if resumesNow { continuation.resume() }
        }
    }
}
