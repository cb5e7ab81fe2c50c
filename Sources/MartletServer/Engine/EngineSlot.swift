import Martlet
import Synchronization

/// The engines, once they are loaded, each with the metrics that belong to it.
final class EngineSlot: Sendable {
    /// A loaded engine.
    struct Ready: Sendable {
        let engine: any ServedEngine
        let metrics: ServerMetrics
        /// The names requests may use, the first being the one answers carry.
        let modelNames: [String]
        /// Seconds since 1970.
        let created: Int
    }

    private enum State {
        case loading
        case ready([Ready])
        case draining([Ready])
    }

    private let state = Mutex(State.loading)

    /// Serves `engines` from now on, unless the server already stops.
    ///
    /// `modelNames` are the first engine's; the others are called what they were loaded as. **Throws** when two models
    /// have the same name.
    func fill(_ engines: [any ServedEngine], modelNames: [String]) throws(LLMError) {
        var ready: [Ready] = []
        var taken: Set<String> = []
        for (index, engine) in engines.enumerated() {
            let model = engine.servedModel
            let names = index == 0 && !modelNames.isEmpty ? modelNames : [model.name]
            if let name = names.first(where: taken.contains) {
                throw .cannotLoad("two models are called \(name); give the first another name (--served-model-name)")
            }
            taken.formUnion(names)
            ready.append(
                Ready(
                    engine: engine, metrics: ServerMetrics(maxModelLen: model.maxModelLen), modelNames: names,
                    created: HTTPDate.unixNow()))
        }
        let models = ready
        state.withLock { state in
            if case .loading = state { state = .ready(models) } else { state = .draining(models) }
        }
    }

    /// Takes no new work from now on.
    func drain() {
        state.withLock { state in
            switch state {
            case .loading: state = .draining([])
            case .ready(let ready): state = .draining(ready)
            case .draining: break
            }
        }
    }

    /// The engines for new work, at least one.
    ///
    /// **Throws** 503 while loading or draining.
    func forWork() throws(APIError) -> [Ready] {
        switch state.withLock({ $0 }) {
        case .loading: throw .loading
        case .draining: throw .shuttingDown
        case .ready(let ready): return ready
        }
    }

    /// The engines for looking at, also while draining.
    func forReading() throws(APIError) -> [Ready] {
        switch state.withLock({ $0 }) {
        case .loading: throw .loading
        case .draining(let ready) where ready.isEmpty: throw .shuttingDown
        case .draining(let ready), .ready(let ready): return ready
        }
    }
}
