import NIOCore

/// Reports the end of the client's side of a connection at once, even while nothing is being read or written.
///
/// Children are half-closable, so a client that closes its socket shows as the end of input only. A client that ends
/// its input while its tokens are generated is gone; one that does so behind a short request gets its answer.
final class DisconnectHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private let monitor: ConnectionMonitor

    init(monitor: ConnectionMonitor) { self.monitor = monitor }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, monitor.clientClosed() { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        monitor.clientClosed()
        context.fireChannelInactive()
    }
}
