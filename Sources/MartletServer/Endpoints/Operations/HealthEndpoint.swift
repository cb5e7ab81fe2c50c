import HTTPTypes
import HummingbirdCore
import MartletEngine

/// `/health` and `/ping`: whether requests sent now would be answered.
struct HealthEndpoint: Endpoint {
    let path: String
    let method: HTTPRequest.Method
    let isOpen: Bool
    let slot: EngineSlot
    let stallTimeout: Duration

    var bodyKind: BodyKind { .any }

    func respond(to call: HTTPCall) async throws(APIError) -> Response {
        let load = try slot.forWork().engine.load
        if load.numRunning > 0, let lastStep = load.lastStep, ContinuousClock.now - lastStep > stallTimeout {
            throw .unavailable(
                "\(load.numRunning) requests run, but the engine has made no step for more than \(stallTimeout).",
                code: "engine_stalled", retryAfter: 10)
        }
        return Response(status: .ok)
    }
}
