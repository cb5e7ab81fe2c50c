import Synchronization

/// What encoding works in: lists that keep their memory, and the words seen lately.
struct Workspace: Sendable {
    var scratch = ModelScratch()
    var words = WordCache()
}

/// The workspaces of a tokenizer that are not in use, so that a call starts with the words of earlier ones.
final class WorkspacePool: Sendable {
    /// As many as are worth keeping; calls beyond that start afresh.
    private static let limit = 8

    private let free = Mutex<[Workspace]>([])

    /// A workspace for one call at a time.
    func take() -> Workspace { free.withLock { $0.popLast() } ?? Workspace() }

    /// Takes a workspace back.
    func give(_ workspace: Workspace) {
        free.withLock { free in
            if free.count < Self.limit { free.append(workspace) }
        }
    }
}
