import HTTPTypes
import MartletJSON

/// An error as OpenAI's API reports it.
struct APIError: Error, Sendable, Hashable {
    /// The HTTP status.
    var status: HTTPResponse.Status
    /// OpenAI's coarse class, for instance `invalid_request_error`.
    var type: String
    /// What is wrong, where, and what would be accepted.
    var message: String
    /// The request field to change.
    var param: String?
    /// A stable name programs can test for.
    var code: String?
    /// Seconds after which the same request may succeed.
    var retryAfter: Int?
    /// The methods to try instead, for `Allow`.
    var allow: String?

    /// The `{"error": ...}` body.
    var body: JSONValue {
        [
            "error": [
                "message": .string(message), "type": .string(type),
                "param": param.map { .string($0) } ?? .null, "code": code.map { .string($0) } ?? .null,
            ]
        ]
    }

    /// 400: the request must change.
    static func badRequest(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(status: .badRequest, type: "invalid_request_error", message: message, param: param, code: code)
    }

    /// 400 for a field whose value has a meaning this server does not implement.
    static func notSupported(_ param: String, accepted: String) -> APIError {
        badRequest(
            "`\(param)` is not supported by this server; accepted: \(accepted)", param: param, code: "unsupported")
    }

    /// 400 for an API that the model is not made for, in vLLM's words.
    static func wrongTask(_ api: String) -> APIError {
        badRequest("The model does not support \(api) API", param: "model", code: "unsupported")
    }

    /// 401: no or a wrong API key.
    static let unauthorized = APIError(
        status: .unauthorized, type: "authentication_error",
        message: "Incorrect or missing API key; send it as 'Authorization: Bearer KEY'.", code: "invalid_api_key")

    /// 404 for a model name that is not served here.
    static func unknownModel(_ name: String, served: [String]) -> APIError {
        APIError(
            status: .notFound, type: "invalid_request_error",
            message: "The model `\(name)` does not exist; served here: \(served.joined(separator: ", ")).",
            param: "model", code: "model_not_found")
    }

    /// 404 for a path without an endpoint.
    static func unknownPath(_ path: String) -> APIError {
        APIError(
            status: .notFound, type: "invalid_request_error", message: "There is no endpoint at \(path).",
            code: "unknown_url")
    }

    /// 405.
    static func methodNotAllowed(_ method: String, path: String, allowed: String) -> APIError {
        APIError(
            status: .methodNotAllowed, type: "invalid_request_error",
            message: "\(method) is not allowed on \(path); allowed: \(allowed).", code: "method_not_allowed",
            allow: allowed)
    }

    /// 413.
    static func bodyTooLarge(limit: Int) -> APIError {
        APIError(
            status: .contentTooLarge, type: "invalid_request_error",
            message: "The request body is larger than \(limit) bytes.", code: "request_too_large")
    }

    /// 415.
    static func unsupportedMediaType(_ found: String?, expected: String) -> APIError {
        APIError(
            status: .unsupportedMediaType, type: "invalid_request_error",
            message: "Send 'Content-Type: \(expected)', not \(found.map { "'\($0)'" } ?? "none").",
            code: "unsupported_media_type")
    }

    /// 500.
    static func internalError(_ message: String) -> APIError {
        APIError(status: .internalServerError, type: "server_error", message: message, code: "internal_error")
    }

    /// 503: not now.
    static func unavailable(_ message: String, code: String, retryAfter: Int) -> APIError {
        APIError(
            status: .serviceUnavailable, type: "server_error", message: message, code: code, retryAfter: retryAfter)
    }

    /// 503 while the server stops.
    static let shuttingDown = unavailable("The server is shutting down.", code: "shutting_down", retryAfter: 5)

    /// 503 while the model is read.
    static let loading = unavailable("The model is still loading.", code: "model_loading", retryAfter: 2)
}
