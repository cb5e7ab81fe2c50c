import HTTPTypes

extension HTTPField.Name {
    /// `X-Request-Id`.
    static let requestID = HTTPField.Name("X-Request-Id")!
    /// `X-Martlet-Ignored-Fields`: request fields this server does not know.
    static let ignoredFields = HTTPField.Name("X-Martlet-Ignored-Fields")!
    /// `X-Accel-Buffering`: tells nginx to pass events on at once.
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
}

/// Names of requests, for headers, response ids and logs.
enum RequestIdentifier {
    private static let maxLength = 256

    /// The client's own id, if it sent a sane one.
    static func from(_ head: HTTPRequest) -> String? {
        head.headerFields[.requestID].flatMap { isValid($0) ? $0 : nil }
    }

    /// Printable ASCII of bounded length: it goes into headers and logs.
    static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maxLength && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// 32 hexadecimal digits.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return [generator.next(), generator.next()].map { (word: UInt64) in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
