import HTTPTypes
import HummingbirdCore
import MartletJSON
import NIOCore

/// Streams of server-sent events as OpenAI's clients read them.
enum ServerSentEvents {
    /// Ends every stream.
    static let done = Array("data: [DONE]\n\n".utf8)
    private static let keepAlive = Array(": keep-alive\n\n".utf8)

    /// One event that carries a JSON value.
    static func event(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return Array("data: ".utf8) + writer.bytes + Array("\n\n".utf8)
    }

    /// A response whose events `produce` makes while the client listens.
    ///
    /// `produce` runs in its own task, cancelled when the request ends early; it must then return soon. A client that
    /// reads slowly holds up its own `produce` only.
    static func response(
        lifetime: RequestLifetime, keepAliveInterval: Duration?, produce: @escaping @Sendable (EventFeed) async -> Void
    ) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache", .accelBuffering: "no",
        ]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let feed = EventFeed()
                let producer = Task {
                    await produce(feed)
                    feed.finish()
                }
                lifetime.onEnd { end in
                    producer.cancel()
                    switch end {
                    case .disconnected: feed.cancel()
                    case .shutdown: feed.stopWaiting()
                    }
                }
                let ticker = keepAliveInterval.map { keepAlive(into: feed, every: $0) }
                defer {
                    ticker?.cancel()
                    producer.cancel()
                    feed.cancel()
                }
                try await withTaskCancellationHandler {
                    while let bytes = await feed.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
                    // An unfinished answer must not look finished: without the last chunk the client sees the break.
                    if lifetime.end == .disconnected { throw CancellationError() }
                    try await writer.finish(nil)
                } onCancel: {
                    lifetime.finish(.disconnected)
                }
            })
    }

    private static func keepAlive(into feed: EventFeed, every interval: Duration) -> Task<Void, Never> {
        Task {
            while (try? await Task.sleep(for: interval)) != nil { feed.appendIfIdle(keepAlive) }
        }
    }
}
