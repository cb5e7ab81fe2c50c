import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// A TCP connection on which tests write and read bytes as they like.
struct RawConnection {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any Channel
    private var buffer: [UInt8] = []

    /// Opens a connection, runs `body` and closes it.
    static func open<Value: Sendable>(
        port: Int, _ body: @escaping @Sendable (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(
                iterator: inbound.makeAsyncIterator(), outbound: outbound, channel: channel.channel)
            return try await body(&connection)
        }
    }

    private init(
        iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, channel: any Channel
    ) {
        self.iterator = iterator
        self.outbound = outbound
        self.channel = channel
    }

    /// Sends text.
    func write(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Sends bytes.
    func write(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// Sends a POST with a JSON body.
    func post(_ path: String, _ body: String, headers: String = "") async throws {
        try await write(
            "POST \(path) HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\(headers)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Sends a GET.
    func get(_ path: String) async throws { try await write("GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n") }

    /// Everything up to and including `marker`, or what came before the server closed.
    mutating func read(through marker: String) async throws -> String {
        let marker = Array(marker.utf8)
        while true {
            if let end = end(of: marker) {
                defer { buffer.removeFirst(end) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            guard let part = try await iterator.next() else {
                defer { buffer = [] }
                return String(decoding: buffer, as: UTF8.self)
            }
            buffer += part.readableBytesView
        }
    }

    private func end(of marker: [UInt8]) -> Int? {
        guard buffer.count >= marker.count else { return nil }
        for start in 0...(buffer.count - marker.count)
        where buffer[start..<(start + marker.count)].elementsEqual(marker) {
            return start + marker.count
        }
        return nil
    }

    /// Everything until the server closes.
    mutating func readToEnd() async throws -> String {
        var text = String(decoding: buffer, as: UTF8.self)
        buffer = []
        while let part = try await iterator.next() { text += String(buffer: part) }
        return text
    }

    /// One response with a Content-Length.
    mutating func readResponse() async throws -> (head: String, body: String) {
        let head = try await read(through: "\r\n\r\n")
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
        var body = ""
        while let length, buffer.count < length {
            guard let part = try await iterator.next() else { break }
            buffer += part.readableBytesView
        }
        if let length, buffer.count >= length {
            body = String(decoding: buffer[..<length], as: UTF8.self)
            buffer.removeFirst(length)
        }
        return (head, body)
    }

    /// Ends this side's output; the socket stays open for reading.
    func closeOutput() { outbound.finish() }

    /// Cuts the connection with a reset instead of an orderly end.
    func reset() async throws {
        // Lingering for no time at all makes close(2) send a reset.
        let options = channel as? any SocketOptionProvider
        try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }
}
