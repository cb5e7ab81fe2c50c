/// URIs and references of RFC 3986, or IRIs of RFC 3987.
struct ResourceFormats {
    let isInternational: Bool

    /// With a scheme.
    var absolute: String { "[A-Za-z][A-Za-z0-9+.-]*:(?:\(tail(relative: false)))" }

    /// With or without a scheme.
    var reference: String { "(?:\(absolute)|\(tail(relative: true)))" }

    /// What follows the scheme. Without one the first segment has no colon.
    private func tail(relative: Bool) -> String {
        let first = relative ? component("@") : component(":@")
        return """
            (?://\(authority)(?:/\(segment)*)*|/(?:\(segment)+(?:/\(segment)*)*)?|\(first)+(?:/\(segment)*)*)?\
            (?:\\?\(component(":@/?", isPrivate: true))*)?(?:#\(component(":@/?"))*)?
            """
    }

    private var segment: String { component(":@") }

    private var authority: String {
        let future = "v[0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+"
        let host = "(?:\\[(?:\(HostFormats.ipv6)|\(future))\\]|\(component(""))*)"
        return "(?:\(component(":"))*@)?\(host)(?::[0-9]*)?"
    }

    /// One unreserved, escaped or delimiting character, or one of `others`.
    private func component(_ others: String, isPrivate: Bool = false) -> String {
        let international = isInternational ? Self.international + (isPrivate ? Self.privateUse : "") : ""
        return "(?:[A-Za-z0-9._~!$&'()*+,;=\(others)\(international)-]|%[0-9A-Fa-f]{2})"
    }

    private static let international: String = {
        let planes = (1...14).map { plane in
            let digit = String(plane, radix: 16)
            return "\\u{\(digit)\(plane == 14 ? "1000" : "0000")}-\\u{\(digit)FFFD}"
        }
        return "\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF" + planes.joined()
    }()
    private static let privateUse = "\\uE000-\\uF8FF\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}"
}
