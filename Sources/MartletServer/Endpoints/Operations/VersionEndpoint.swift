import HTTPTypes
import HummingbirdCore
import MartletJSON

/// `/version`.
struct VersionEndpoint: Endpoint {
    let path = "/version"
    let method = HTTPRequest.Method.get
    let version: String

    func respond(to call: HTTPCall) async throws(APIError) -> Response { .json(["version": .string(version)]) }
}
