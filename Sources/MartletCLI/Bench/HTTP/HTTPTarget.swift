/// Where requests go: the parts of `http://host:port/prefix`.
struct HTTPTarget: Hashable {
    var host: String
    var port: String
    /// Path without a slash at its end; empty for the root.
    var prefix: String

    /// The parts of a URL, or nil for anything but `http` with a host.
    init?(_ url: String) {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        prefix = String(rest.dropFirst(authority.count))
        while prefix.hasSuffix("/") { prefix.removeLast() }
        var hostPart = authority
        port = "80"
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            hostPart = authority[..<colon]
            port = String(authority[authority.index(after: colon)...])
        }
        if hostPart.hasPrefix("["), hostPart.hasSuffix("]") { hostPart = hostPart.dropFirst().dropLast() }
        host = String(hostPart)
        guard !host.isEmpty, UInt16(port) != nil else { return nil }
    }

    /// The bytes of a request that closes its connection.
    func request(_ method: String, path: String, apiKey: String?, body: String?) -> [UInt8] {
        var head = "\(method) \(prefix)\(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
        if let apiKey { head += "Authorization: Bearer \(apiKey)\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return Array((head + "\r\n" + (body ?? "")).utf8)
    }
}
