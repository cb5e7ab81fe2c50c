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
        for ready in try slot.forWork() {
            let load = ready.engine.load
            guard load.numRunning > 0, let lastStep = load.lastStep, ContinuousClock.now - lastStep > stallTimeout
            else { continue }
            throw .unavailable(
                "\(load.numRunning) requests of \(ready.modelNames[0]) run, but its engine has made no step for more "
                    + "than \(stallTimeout).", code: "engine_stalled", retryAfter: 10)
        }
        return Response(status: .ok)
    }
}
