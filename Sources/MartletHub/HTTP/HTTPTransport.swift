/// One request without body.
struct HTTPRequest: Sendable {
    enum Method: Sendable { case get, head }

    var method: Method
    var url: HubURL
    var headers: [(name: String, value: String)] = []
}

/// Status and headers of an answer.
struct HTTPResponse: Sendable {
    var status: Int
    /// Values by lower-case name; the last one of repeated headers.
    var headers: [String: String] = [:]
}

/// Sends one request at a time and waits for the answer; redirects are the caller's business.
protocol HTTPTransport: AnyObject {
    /// Gives the body piece by piece to `body`, which may stop the transfer by throwing.
    ///
    /// **Throws** what `body` throws, `network` when the connection fails or ends early, `cancelled`.
    func send(
        _ request: HTTPRequest, body: (HTTPResponse, UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) -> HTTPResponse
}
