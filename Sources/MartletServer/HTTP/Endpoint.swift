import HTTPTypes
import HummingbirdCore

/// What becomes of a request's body before its endpoint is asked.
enum BodyKind: Sendable {
    /// It is read whole, whatever it is declared as.
    case any
    /// It is read whole and must be declared as JSON.
    case json
    /// Nothing: the endpoint reads it while it arrives, within limits of its own.
    case stream
}

/// One path of the API.
protocol Endpoint: Sendable {
    /// The path, without trailing slash.
    var path: String { get }
    /// The method; GET endpoints answer HEAD too.
    var method: HTTPRequest.Method { get }
    /// What becomes of the body before the endpoint is asked.
    var bodyKind: BodyKind { get }
    /// Whether it answers without an API key.
    var isOpen: Bool { get }
    /// Answers a request.
    func respond(to call: HTTPCall) async throws(APIError) -> Response
}

extension Endpoint {
    var bodyKind: BodyKind { method == .post ? .json : .any }
    var isOpen: Bool { false }
}
