import HTTPTypes
import HummingbirdCore
import Logging

/// Finds the endpoint of a request and does what is common to all: keys, limits, headers, errors.
struct Dispatcher: Sendable {
    private let endpoints: [String: [any Endpoint]]
    private let prefixEndpoints: [any Endpoint]
    private let keys: APIKeys
    private let cors: CrossOriginPolicy
    private let configuration: ServerConfiguration
    private let logger: Logger

    init(endpoints: [any Endpoint], configuration: ServerConfiguration, logger: Logger) {
        self.endpoints = Dictionary(grouping: endpoints, by: \.path)
        prefixEndpoints = endpoints.filter { $0.path.hasSuffix("/*") }
        keys = APIKeys(configuration.apiKeys)
        cors = CrossOriginPolicy(allowedOrigins: configuration.allowedOrigins)
        self.configuration = configuration
        self.logger = logger
    }

    /// Answers one request; every failure becomes a response.
    func respond(to request: Request, lifetime: RequestLifetime) async -> Response {
        let requestID = RequestIdentifier.from(request.head) ?? RequestIdentifier.random()
        var logger = logger
        logger[metadataKey: "request_id"] = .string(requestID)
        var response: Response
        do throws(APIError) {
            response = try await answer(request, lifetime: lifetime, requestID: requestID, logger: logger)
        } catch {
            logger.debug("\(request.method) \(request.head.path ?? ""): \(error.status.code) \(error.message)")
            response = Response(error)
        }
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[.date] = HTTPDate.format(HTTPDate.unixNow())
        response.headers[.server] = "martlet"
        if configuration.enableRequestIDHeaders { response.headers[.requestID] = requestID }
        cors.apply(to: &response, origin: request.headers[.origin])
        return response
    }

    /// Whether a client that asks with `Expect: 100-continue` should send its body.
    func wantsBody(of request: Request) -> Bool {
        let path = Self.path(of: request.head)
        guard let endpoint = endpoints[path]?.first(where: { $0.method == request.method }),
            endpoint.isOpen || keys.admit(request.headers)
        else { return false }
        let limits = configuration.limits
        let isForm = endpoint.bodyKind == .stream
        let limit = isForm ? MultipartLimits(maxFileBytes: limits.maxAudioFileBytes).maxBodyBytes : limits.maxBodyBytes
        return (IncomingBody(request).declaredCount ?? 0) <= limit
    }

    private func answer(
        _ request: Request, lifetime: RequestLifetime, requestID: String, logger: Logger
    ) async throws(APIError) -> Response {
        let arrival = ContinuousClock.now
        let path = Self.path(of: request.head)
        let candidates = endpoints[path] ?? prefixEndpoints.filter { path.hasPrefix($0.path.dropLast()) }
        if request.method == .options { return try cors.preflight(request.head, path: path, endpoints: candidates) }
        let isOpen = !candidates.isEmpty && candidates.allSatisfy(\.isOpen)
        guard isOpen || keys.admit(request.headers) else { throw .unauthorized }
        guard !candidates.isEmpty else { throw .unknownPath(path) }
        let method = request.method == .head ? .get : request.method
        guard let endpoint = candidates.first(where: { $0.method == method }) else {
            throw .methodNotAllowed(request.method.rawValue, path: path, allowed: Self.allowed(candidates))
        }
        if endpoint.bodyKind == .json { try requireJSON(request.headers[.contentType]) }
        let incoming = IncomingBody(request)
        let body =
            endpoint.bodyKind == .stream ? [] : try await incoming.collect(limit: configuration.limits.maxBodyBytes)
        let call = HTTPCall(
            head: request.head, path: path, body: body, incoming: incoming, lifetime: lifetime, requestID: requestID,
            logger: logger, arrival: arrival)
        return try await endpoint.respond(to: call)
    }

    /// The methods of some endpoints, for the `Allow` header.
    static func allowed(_ endpoints: [any Endpoint]) -> String {
        var methods = endpoints.map(\.method.rawValue)
        if methods.contains("GET") { methods.append("HEAD") }
        return (methods + ["OPTIONS"]).joined(separator: ", ")
    }

    private static func path(of head: HTTPRequest) -> String {
        let target = head.path ?? "/"
        var path = target.prefix { $0 != "?" && $0 != "#" }
        if path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// A browser may send other types across origins without asking, so they must not reach the engine.
    private func requireJSON(_ contentType: String?) throws(APIError) {
        let mediaType = contentType?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard mediaType == "application/json" else {
            throw .unsupportedMediaType(contentType, expected: "application/json")
        }
    }
}
