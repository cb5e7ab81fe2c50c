/// Mail addresses of RFC 5321, and of RFC 6531 with characters outside ASCII.
enum MailFormats {
    static let email = address(other: "", label: "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")

    /// In the domain all characters outside ASCII may stand but those that separate labels.
    static let internationalEmail = address(
        other: "\\u0080-\\u{10FFFF}",
        label: "\(internationalLetter)(?:(?:\(internationalLetter)|-)*\(internationalLetter))?")
    private static let internationalLetter =
        "[A-Za-z0-9\\u00A1-\\u3001\\u3003-\\uFF0D\\uFF0F-\\uFF60\\uFF62-\\u{10FFFF}]"

    private static func address(other: String, label: String) -> String {
        let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\(other)-]+"
        let quoted = "\"(?:[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E\(other)]|\\\\[\\x20-\\x7E])*\""
        let literal = "\\[(?:\(HostFormats.ipv4)|IPv6:\(HostFormats.ipv6))\\]"
        return "(?:\(atom)(?:\\.\(atom))*|\(quoted))@(?:\(label)(?:\\.\(label))*|\(literal))"
    }
}
