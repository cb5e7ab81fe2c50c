import HTTPTypes
import HummingbirdCore

/// One path of the API.
protocol Endpoint: Sendable {
    /// The path, without trailing slash.
    var path: String { get }
    /// The method; GET endpoints answer HEAD too.
    var method: HTTPRequest.Method { get }
    /// Whether the body must be declared as JSON.
    var takesJSON: Bool { get }
    /// Whether it answers without an API key.
    var isOpen: Bool { get }
    /// Answers a request.
    func respond(to call: HTTPCall) async throws(APIError) -> Response
}

extension Endpoint {
    var takesJSON: Bool { method == .post }
    var isOpen: Bool { false }
}
