import HTTPTypes
import Logging

/// One request with everything an endpoint needs to answer it.
struct HTTPCall: Sendable {
    /// Method, path and headers.
    let head: HTTPRequest
    /// The path without query, percent-decoding undone.
    let path: String
    /// The whole body, within the limit; empty where the endpoint reads it from `incoming`.
    let body: [UInt8]
    /// The body on its way in, for endpoints that take it as a stream.
    let incoming: IncomingBody
    /// Ends early when the client goes.
    let lifetime: RequestLifetime
    /// From the `X-Request-Id` header, or made up.
    let requestID: String
    /// Carries the request id.
    let logger: Logger
    /// When the head arrived.
    let arrival: ContinuousClock.Instant
}
