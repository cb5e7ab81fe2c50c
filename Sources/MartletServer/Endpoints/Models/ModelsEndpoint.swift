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
        let ready = try slot.forReading()
        return .json(["object": "list", "data": .array(ready.modelNames.map { ready.card(of: $0) })])
    }
}

/// `/v1/models/NAME`; names may contain slashes.
struct ModelEndpoint: Endpoint {
    let path = "/v1/models/*"
    let method = HTTPRequest.Method.get
    let slot: EngineSlot

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let ready = try slot.forReading()
        let name = PercentEncoding.decode(call.path.dropFirst("/v1/models/".count))
        return .json(ready.card(of: try ready.resolve(model: name)))
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
