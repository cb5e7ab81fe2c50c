/// An http or https address, split only as far as redirects need it.
struct HubURL: Hashable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    let scheme: String
    /// Host and port as written.
    let authority: String
    /// Path and query, starting with a slash.
    let target: String

    init(scheme: String, authority: String, target: String) {
        self.scheme = scheme
        self.authority = authority
        self.target = target
    }

    /// An absolute address; nil for another scheme, a missing host, or characters that are never legal.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let colon = text.firstIndex(of: ":") else {
            return nil
        }
        let scheme = text[..<colon].lowercased()
        guard scheme == "http" || scheme == "https", text[colon...].hasPrefix("://") else { return nil }
        let rest = text[text.index(colon, offsetBy: 3)...].prefix { $0 != "#" }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard end != rest.startIndex else { return nil }
        let target = rest[end...]
        self.init(
            scheme: scheme, authority: rest[..<end].lowercased(),
            target: target.hasPrefix("/") ? String(target) : "/\(target)")
    }

    var description: String { "\(scheme)://\(authority)\(target)" }

    /// True when credentials for one may be sent to the other.
    func isSameOrigin(_ other: HubURL) -> Bool { scheme == other.scheme && authority == other.authority }

    /// Where a `Location` header leads.
    func resolving(_ location: String) -> HubURL? {
        if location.hasPrefix("//") { return HubURL("\(scheme):\(location)") }
        if location.hasPrefix("/") { return HubURL("\(scheme)://\(authority)\(location)") }
        if location.contains("://") { return HubURL(location) }
        let path = target.prefix { $0 != "?" }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return HubURL("\(scheme)://\(authority)\(folder)\(location)")
    }

    /// Percent-encodes everything but letters, digits and `-._~`, and the characters in `keeping`.
    static func encoded(_ text: String, keeping: String = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let kept = Set("-._~\(keeping)".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            let isAlphanumeric =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            if isAlphanumeric || kept.contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
