import Martlet

/// The models that can answer a request, until it says which one it wants.
struct ModelChoice<Engine: Sendable>: Sendable {
    /// The model a request wants.
    struct Model: Sendable {
        let engine: Engine
        let ready: EngineSlot.Ready
        /// The name answers carry.
        let name: String
    }

    private let able: [(ready: EngineSlot.Ready, engine: Engine)]
    private let all: [EngineSlot.Ready]
    private let api: String

    /// The models among `all` that are of the kind `api` needs.
    ///
    /// **Throws** 400 when there is none.
    init(_ all: [EngineSlot.Ready], api: String, _ cast: (any ServedEngine) -> Engine?) throws(APIError) {
        var able: [(ready: EngineSlot.Ready, engine: Engine)] = []
        for ready in all {
            if let engine = cast(ready.engine) { able.append((ready, engine)) }
        }
        guard !able.isEmpty else { throw .wrongTask(api) }
        self.able = able
        self.all = all
        self.api = api
    }

    /// The model called `name`; without a name the first that can answer.
    ///
    /// **Throws** 404 for a name that is not served, 400 for a model of another kind.
    func resolve(_ name: String?) throws(APIError) -> Model {
        guard let name, !name.isEmpty else {
            return Model(engine: able[0].engine, ready: able[0].ready, name: able[0].ready.modelNames[0])
        }
        if let found = able.first(where: { $0.ready.modelNames.contains(name) }) {
            return Model(engine: found.engine, ready: found.ready, name: name)
        }
        guard !all.contains(where: { $0.modelNames.contains(name) }) else { throw .wrongTask(api) }
        throw .unknownModel(name, served: all.flatMap(\.modelNames))
    }
}

extension EngineSlot {
    /// The models for new work of any kind.
    func models() throws(APIError) -> ModelChoice<any ServedEngine> {
        try ModelChoice(try forWork(), api: "") { $0 }
    }

    /// The models that generate text; `api` names what the request asks for.
    func generators(for api: String) throws(APIError) -> ModelChoice<any ServingEngine> {
        try ModelChoice(try forWork(), api: api) { $0 as? any ServingEngine }
    }

    /// The models that give embeddings or scores; `api` names what the request asks for.
    func poolers(
        for api: String, task: PoolingModel.Task? = nil
    ) throws(APIError) -> ModelChoice<any PoolingServingEngine> {
        try ModelChoice(try forWork(), api: api) { engine in
            guard let engine = engine as? any PoolingServingEngine, task == nil || task == engine.task else {
                return nil
            }
            return engine
        }
    }

    /// The models that write down speech; `api` names what the request asks for.
    func transcribers(for api: String) throws(APIError) -> ModelChoice<any TranscriptionServingEngine> {
        try ModelChoice(try forWork(), api: api) { $0 as? any TranscriptionServingEngine }
    }
}
