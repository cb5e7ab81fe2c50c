import Glibc

/// One request and its response over its own connection, without blocking.
final class HTTPExchange {
    /// The socket, for `poll`.
    let descriptor: Int32
    private(set) var parser = HTTPResponseParser()
    private var unsent: ArraySlice<UInt8>

    /// Connects and starts to send.
    ///
    /// **Throws** when the host is unknown or a socket cannot be made.
    init(target: HTTPTarget, request: [UInt8]) throws(CLIError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(target.host, target.port, &hints, &found)
        guard status == 0, let address = found else {
            throw CLIError("cannot resolve \(target.host): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(found) }
        let type = address.pointee.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(address.pointee.ai_family, type, 0)
        guard descriptor >= 0 else { throw CLIError("cannot open a socket: \(String(cString: strerror(errno)))") }
        unsent = request[...]
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let connected = connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen)
        guard connected == 0 || errno == EINPROGRESS else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw CLIError("cannot connect to \(target.host):\(target.port): \(reason)")
        }
    }

    deinit { close(descriptor) }

    /// What to wait for.
    var events: Int16 { Int16(unsent.isEmpty ? POLLIN : POLLIN | POLLOUT) }

    /// What a turn brought.
    enum Turn {
        case body([UInt8])
        case end([UInt8])
    }

    /// Sends and receives what is possible now.
    ///
    /// **Throws** when the connection breaks or the response is no HTTP.
    func turn() throws(CLIError) -> Turn {
        try sendSome()
        var body: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 {
                guard errno == EAGAIN || errno == EINTR else { throw broken("\(String(cString: strerror(errno)))") }
                return parser.isDone ? .end(body) : .body(body)
            }
            do { body += try parser.push(buffer[..<count]) } catch { throw broken("bad response: \(error.message)") }
            if parser.isDone { return .end(body) }
            guard count > 0 else {
                guard parser.endsWithConnection else { throw broken("closed before the response was complete") }
                return .end(body)
            }
        }
    }

    private func sendSome() throws(CLIError) {
        while !unsent.isEmpty {
            let sent = unsent.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0 {
                guard errno == EAGAIN || errno == EINTR || errno == ENOTCONN else {
                    throw broken(String(cString: strerror(errno)))
                }
                return
            }
            unsent = unsent.dropFirst(sent)
        }
    }

    private func broken(_ reason: String) -> CLIError { CLIError("connection failed: \(reason)") }

    /// Sends a request and waits for the whole body.
    ///
    /// **Throws** when anything fails; the status may still tell of an error.
    static func perform(target: HTTPTarget, request: [UInt8]) throws(CLIError) -> (status: Int, body: String) {
        let exchange = try HTTPExchange(target: target, request: request)
        var body: [UInt8] = []
        while true {
            var descriptors = [pollfd(fd: exchange.descriptor, events: exchange.events, revents: 0)]
            poll(&descriptors, 1, -1)
            switch try exchange.turn() {
            case .body(let bytes): body += bytes
            case .end(let bytes):
                return (exchange.parser.status ?? 0, String(decoding: body + bytes, as: UTF8.self))
            }
        }
    }
}
