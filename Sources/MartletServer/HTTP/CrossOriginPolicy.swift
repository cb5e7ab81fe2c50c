import HTTPTypes
import HummingbirdCore

/// Which web pages may call this server (CORS).
struct CrossOriginPolicy: Sendable {
    private let allowsAll: Bool
    private let origins: Set<String>

    init(allowedOrigins: [String]) {
        allowsAll = allowedOrigins.contains("*")
        origins = Set(allowedOrigins)
    }

    /// Answers an OPTIONS request, a browser's preflight included.
    func preflight(_ head: HTTPRequest, path: String, endpoints: [any Endpoint]) throws(APIError) -> Response {
        guard !endpoints.isEmpty || path == "*" else { throw .unknownPath(path) }
        let allowed = Dispatcher.allowed(endpoints)
        var response = Response(status: .noContent, headers: [.allow: allowed])
        if let origin = head.headerFields[.origin], allows(origin) {
            response.headers[.accessControlAllowMethods] = allowed
            response.headers[.accessControlAllowHeaders] =
                head.headerFields[.accessControlRequestHeaders] ?? "Authorization, Content-Type"
            response.headers[.accessControlMaxAge] = "600"
        }
        return response
    }

    /// Lets the page at `origin` read the response, if it may.
    func apply(to response: inout Response, origin: String?) {
        guard let origin, allows(origin) else { return }
        response.headers[.accessControlAllowOrigin] = allowsAll ? "*" : origin
        response.headers[.accessControlExposeHeaders] = "X-Request-Id, X-Martlet-Ignored-Fields, Retry-After"
        if !allowsAll { response.headers[.vary] = "Origin" }
    }

    private func allows(_ origin: String) -> Bool { allowsAll || origins.contains(origin) }
}
