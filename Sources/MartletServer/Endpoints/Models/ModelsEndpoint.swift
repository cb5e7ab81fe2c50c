import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON

/// `/v1/models`: what is served.
struct ModelsEndpoint: Endpoint {
    let path = "/v1/models"
    let method = HTTPRequest.Method.get
    let slot: EngineSlot

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let cards = try slot.forReading().flatMap { ready in ready.modelNames.map { ready.card(of: $0) } }
        return .json(["object": "list", "data": .array(cards)])
    }
}

/// `/v1/models/NAME`; names may contain slashes.
struct ModelEndpoint: Endpoint {
    let path = "/v1/models/*"
    let method = HTTPRequest.Method.get
    let slot: EngineSlot

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let models = try ModelChoice(try slot.forReading(), api: "Models") { $0 }
        let name = PercentEncoding.decode(call.path.dropFirst("/v1/models/".count))
        let model = try models.resolve(name)
        return .json(model.ready.card(of: model.name))
    }
}

extension EngineSlot.Ready {
    /// OpenAI's model object with vLLM's additions.
    fileprivate func card(of name: String) -> JSONValue {
        let model = engine.servedModel
        return [
            "id": .string(name), "object": "model", "created": .integer(Int64(created)), "owned_by": "martlet",
            "root": .string(model.root), "parent": nil, "max_model_len": .integer(Int64(model.maxModelLen)),
            "sampling_defaults": model.samplingDefaults.json,
        ]
    }
}
