import Martlet
import Synchronization

/// The engine, once it is loaded, with the metrics that belong to it.
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
        case ready(Ready)
        case draining(Ready?)
    }

    private let state = Mutex(State.loading)

    /// Serves `engine` from now on, unless the server already stops.
    func fill(_ engine: any ServedEngine, modelNames: [String]) {
        let model = engine.servedModel
        let ready = Ready(
            engine: engine, metrics: ServerMetrics(maxModelLen: model.maxModelLen),
            modelNames: modelNames.isEmpty ? [model.name] : modelNames, created: HTTPDate.unixNow())
        state.withLock { state in
            if case .loading = state { state = .ready(ready) } else { state = .draining(ready) }
        }
    }

    /// Takes no new work from now on.
    func drain() {
        state.withLock { state in
            switch state {
            case .loading: state = .draining(nil)
            case .ready(let ready): state = .draining(ready)
            case .draining: break
            }
        }
    }

    /// The engine for new work.
    ///
    /// **Throws** 503 while loading or draining.
    func forWork() throws(APIError) -> Ready {
        switch state.withLock({ $0 }) {
        case .loading: throw .loading
        case .draining: throw .shuttingDown
        case .ready(let ready): return ready
        }
    }

    /// The engine for looking at, also while draining.
    func forReading() throws(APIError) -> Ready {
        switch state.withLock({ $0 }) {
        case .loading: throw .loading
        case .draining(nil): throw .shuttingDown
        case .draining(let ready?), .ready(let ready): return ready
        }
    }
}

extension EngineSlot.Ready {
    /// The name answers carry for a request that said `model`.
    ///
    /// **Throws** 404 for a name that is not served.
    func resolve(model: String?) throws(APIError) -> String {
        guard let model, !model.isEmpty else { return modelNames[0] }
        guard modelNames.contains(model) else { throw .unknownModel(model, served: modelNames) }
        return model
    }

    /// The engine as one that generates text; `api` names what the request asks for.
    ///
    /// **Throws** 400 for a model that does not.
    func generator(for api: String) throws(APIError) -> any ServingEngine {
        guard let engine = engine as? any ServingEngine else { throw .wrongTask(api) }
        return engine
    }

    /// The engine as one that gives embeddings or scores; `api` names what the request asks for.
    ///
    /// **Throws** 400 for a model that does not, or not what `task` says.
    func pooler(for api: String, task: PoolingModel.Task? = nil) throws(APIError) -> any PoolingServingEngine {
        guard let engine = engine as? any PoolingServingEngine, task == nil || task == engine.task else {
            throw .wrongTask(api)
        }
        return engine
    }
}
