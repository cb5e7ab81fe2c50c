import HummingbirdCore
import Logging
import NIOCore

/// An HTTP/1.1 connection whose requests learn when the client has gone.
struct MonitoredChannel: ServerChildChannel {
    /// A connection with the handler of its requests.
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel
        let connection: HTTP1Channel.Value
        var channel: any Channel { connection.channel }
    }

    /// Answers one request of a connection.
    typealias Responder = @Sendable (Request, consuming ResponseWriter, ConnectionMonitor) async throws -> Void

    let idleTimeout: Duration
    let maxHeaderBytes: Int
    let responder: Responder

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let monitor = ConnectionMonitor()
        let http = HTTP1Channel(
            responder: { [responder] request, writer, _ in try await responder(request, writer, monitor) },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [DisconnectHandler(monitor: monitor)],
                idleTimeout: TimeAmount(idleTimeout),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: maxHeaderBytes, maxHeaderListSize: maxHeaderBytes, maxHeaderFieldCount: 256)))
        return http.setup(channel: channel, logger: logger).map { Value(http: http, connection: $0) }
    }

    func handle(value: Value, logger: Logger) async {
        await value.http.handle(value: value.connection, logger: logger)
    }
}
