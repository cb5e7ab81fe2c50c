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
        var configuration = MartletServer.ServerConfiguration()
        configure(&configuration)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let service = ServingService(
            configuration: configuration, logger: logger, load: { throw CancellationError() }, onListening: { _ in })
        dispatcher = service.dispatcher(slot)
        if let engine { try? slot.fill([engine], modelNames: configuration.servedModelNames) }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: String? = nil, headers: HTTPFields = [:],
        lifetime: RequestLifetime = RequestLifetime()
    ) async throws -> Answer {
        var head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: headers)
        if body != nil, head.headerFields[.contentType] == nil { head.headerFields[.contentType] = "application/json" }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
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
