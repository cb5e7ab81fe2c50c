import HTTPTypes
import HummingbirdCore
import Logging
import Martlet
import MartletJSON
import NIOCore

@testable import MartletServer

/// Sends requests through the dispatcher without a socket.
struct InProcessClient {
    /// A complete answer.
    struct Answer {
        var status: Int
        var headers: HTTPFields
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSONValue { (try? JSONReader.parse(bytes)) ?? .null }
        /// `data:` payloads of a stream.
        var events: [String] {
            text.split(separator: "\n\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
        }
        /// The JSON among them.
        var chunks: [JSONValue] { events.compactMap { try? JSONReader.parse($0) } }
    }

    let slot = EngineSlot()
    private let dispatcher: Dispatcher

    init(_ engine: (any ServedEngine)?, _ configure: (inout MartletServer.ServerConfiguration) -> Void = { _ in }) {
        self.init(models: engine.map { [$0] } ?? [], configure)
    }

    /// A server of several models; one that loads for ever without any.
    init(
        models: [any ServedEngine], _ configure: (inout MartletServer.ServerConfiguration) -> Void = { _ in }
    ) {
        var configuration = MartletServer.ServerConfiguration()
        configure(&configuration)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let service = ServingService(
            configuration: configuration, logger: logger, load: { throw CancellationError() }, onListening: { _ in })
        dispatcher = service.dispatcher(slot)
        if !models.isEmpty { try? slot.fill(models, modelNames: configuration.servedModelNames) }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: String? = nil, headers: HTTPFields = [:],
        lifetime: RequestLifetime = RequestLifetime()
    ) async throws -> Answer {
        var headers = headers
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let requestBody = RequestBody(buffer: ByteBuffer(string: body ?? ""))
        return try await send(method, path, requestBody: requestBody, headers: headers, lifetime: lifetime)
    }

    /// Sends any body, possibly one that is still being made.
    func send(
        _ method: HTTPRequest.Method, _ path: String, requestBody: RequestBody, headers: HTTPFields,
        lifetime: RequestLifetime = RequestLifetime()
    ) async throws -> Answer {
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: headers)
        let request = Request(head: head, body: requestBody)
        let response = await dispatcher.respond(to: request, lifetime: lifetime)
        let sink = ByteSink()
        try await response.body.write(CollectingWriter(sink: sink))
        return Answer(status: response.status.code, headers: response.headers, bytes: sink.bytes)
    }

    func post(_ path: String, _ body: String) async throws -> Answer { try await send(.post, path, body: body) }
    func get(_ path: String) async throws -> Answer { try await send(.get, path) }
}

private final class ByteSink {
    var bytes: [UInt8] = []
}

private struct CollectingWriter: ResponseBodyWriter {
    let sink: ByteSink
    mutating func write(_ buffer: ByteBuffer) async throws { sink.bytes += buffer.readableBytesView }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
