internal import MartletJSON

/// Talks to one hub: adds the token where it belongs, follows redirects, and turns statuses into errors.
final class HubClient {
    private let transport: any HTTPTransport
    private let endpoint: HubURL
    private let token: String?

    private static let maxRedirects = 10
    /// More than any list of files; keeps a hostile server from filling the memory.
    private static let maxTextBytes = 64 << 20

    init(transport: any HTTPTransport, endpoint: String, token: String?) throws(HubError) {
        guard let endpoint = HubURL(endpoint) else {
            throw .network("\"\(endpoint)\" is no hub address; HF_ENDPOINT must start with https:// or http://")
        }
        self.transport = transport
        self.endpoint = endpoint
        self.token = token
    }

    /// The address of a path at the endpoint.
    func url(_ path: String) -> HubURL {
        let base = endpoint.target.hasSuffix("/") ? String(endpoint.target.dropLast()) : endpoint.target
        return HubURL(scheme: endpoint.scheme, authority: endpoint.authority, target: base + path)
    }

    /// The JSON value at `url`; `what` names it in errors.
    func json(_ url: HubURL, what: String) throws(HubError) -> JSONValue {
        var text: [UInt8] = []
        let request = HTTPRequest(method: .get, url: url)
        _ = try send(request, what: what) { (response, bytes) throws(HubError) in
            guard text.count + bytes.count <= Self.maxTextBytes else {
                throw .badResponse("\(url): the answer exceeds \(Self.maxTextBytes) bytes")
            }
            text.append(contentsOf: bytes)
        }
        do {
            return try JSONReader.parse(text)
        } catch { throw .badResponse("\(url): \(error)") }
    }

    /// The headers of `url` as the hub itself gives them: redirects to other hosts, where files are stored, are not followed.
    func head(_ url: HubURL, what: String) throws(HubError) -> HTTPResponse {
        let request = HTTPRequest(method: .head, url: url, headers: [("Accept-Encoding", "identity")])
        return try send(request, what: what, followsToOtherHosts: false) { (_, _) throws(HubError) in }
    }

    /// Fetches `url` from byte `offset` on; `body` gets the answer's pieces once the status is 200 or 206.
    func get(
        _ url: HubURL, from offset: Int, what: String,
        body: (HTTPResponse, UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) -> HTTPResponse {
        var headers = [(name: "Accept-Encoding", value: "identity")]
        if offset > 0 { headers.append(("Range", "bytes=\(offset)-")) }
        return try send(HTTPRequest(method: .get, url: url, headers: headers), what: what, body: body)
    }

    private func send(
        _ request: HTTPRequest, what: String, followsToOtherHosts: Bool = true,
        body: (HTTPResponse, UnsafeRawBufferPointer) throws(HubError) -> Void
    ) throws(HubError) -> HTTPResponse {
        var url = request.url
        for _ in 0...Self.maxRedirects {
            var request = request
            request.url = url
            // The token opens the user's account, so it goes to the hub and nowhere else.
            if let token, url.isSameOrigin(endpoint) { request.headers.append(("Authorization", "Bearer \(token)")) }
            let response = try transport.send(request) { (response, bytes) throws(HubError) in
                if (200..<300).contains(response.status) { try body(response, bytes) }
            }
            guard [301, 302, 303, 307, 308].contains(response.status) else {
                try check(response, url, what)
                return response
            }
            guard let location = response.headers["location"], let next = url.resolving(location) else {
                throw .badResponse("\(url): redirects to no readable address")
            }
            guard followsToOtherHosts || next.isSameOrigin(url) else { return response }
            guard url.scheme == "http" || next.scheme == "https" else {
                throw .badResponse("\(url): redirects from https to http, which is refused")
            }
            url = next
        }
        throw .network("\(request.url): more than \(Self.maxRedirects) redirects")
    }

    /// **Source** huggingface_hub `utils/_http.py` `hf_raise_for_status`.
    private func check(_ response: HTTPResponse, _ url: HubURL, _ what: String) throws(HubError) {
        guard !(200..<300).contains(response.status) else { return }
        let code = response.headers["x-error-code"] ?? ""
        let detail = response.headers["x-error-message"].map { " (\($0))" } ?? ""
        let hint = token == nil ? "set HF_TOKEN if it is private or gated" : "the token in use does not open it"
        switch (response.status, code) {
        case (_, "GatedRepo"):
            throw .unauthorized("\(what): access is gated; ask for it on the model's page; \(hint)\(detail)")
        case (_, "RepoNotFound"), (401, ""):
            let missing = "\(what): no such repository, or it is private; \(hint)\(detail)"
            if response.status == 404 { throw .notFound(missing) }
            throw .unauthorized(missing)
        case (401, _), (403, _): throw .unauthorized("\(what): access refused; \(hint)\(detail)")
        case (404, _): throw .notFound("\(what): not found at \(url)\(detail)")
        case (408, _), (429, _), (500..., _):
            throw .network("\(what): \(url) answered status \(response.status)\(detail)")
        default: throw .badResponse("\(what): \(url) answered status \(response.status)\(detail)")
        }
    }
}
