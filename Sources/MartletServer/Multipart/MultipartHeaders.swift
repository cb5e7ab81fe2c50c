/// The headers of one part of a form.
struct MultipartHeaders: Sendable, Hashable {
    /// The field's name.
    let name: String
    /// Nil for a field that is no file; `filename*` comes before `filename`.
    let filename: String?
    /// The part's Content-Type as it was sent.
    let contentType: String?
    /// How a field's text is encoded.
    let charset: Charset

    /// The encodings a field may have.
    enum Charset: Sendable, Hashable {
        case utf8, latin1

        init?(_ name: String) {
            switch name.lowercased() {
            case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
            case "iso-8859-1", "latin1": self = .latin1
            default: return nil
            }
        }

        /// Nil for bytes that are no text in this encoding.
        func decode(_ bytes: [UInt8]) -> String? {
            switch self {
            case .utf8: String(validating: bytes, as: UTF8.self)
            case .latin1: String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
            }
        }
    }

    /// Reads header lines, without the empty one that ends them.
    ///
    /// **Throws** 400 naming the part.
    init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(APIError) {
        guard let text = String(validating: bytes, as: UTF8.self),
            text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0D || $0 == 0x0A || $0 == 0x09 })
        else { throw .malformedForm("the headers of a part are not UTF-8 text") }
        var fields: [String: String] = [:]
        for line in try Self.lines(text) {
            let (name, value) = try Self.split(line)
            guard fields[name] == nil else { throw .malformedForm("a part has the header \(name) twice") }
            fields[name] = value
        }
        guard let disposition = fields["content-disposition"].map({ HeaderValue($0) }), disposition.isWellFormed,
            disposition.value.lowercased() == "form-data", let name = disposition.parameters["name"]
        else {
            throw .malformedForm("a part must have the header 'Content-Disposition: form-data; name=\"...\"'")
        }
        self.name = name
        filename =
            try disposition.parameters["filename*"].map { value throws(APIError) in
                try Self.extendedValue(value, of: name)
            } ?? disposition.parameters["filename"]
        contentType = fields["content-type"]
        let named = contentType.flatMap { HeaderValue($0).parameters["charset"] } ?? "utf-8"
        if let charset = Charset(named) {
            self.charset = charset
        } else if filename != nil {
            charset = .utf8
        } else {
            throw .badRequest(
                "`\(name)` is sent as \(named); accepted: utf-8, us-ascii, iso-8859-1", param: name,
                code: "unsupported")
        }
        let transfer = fields["content-transfer-encoding"]?.lowercased() ?? "binary"
        guard ["binary", "8bit", "7bit"].contains(transfer) else {
            throw .badRequest(
                "`\(name)` is sent as \(transfer); accepted Content-Transfer-Encoding: binary", param: name,
                code: "unsupported")
        }
    }

    private static func lines(_ text: String) throws(APIError) -> [Substring] {
        guard !text.isEmpty else { return [] }
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
            let isWhole =
                byte == 0x0D
                ? index + 1 < bytes.count && bytes[index + 1] == 0x0A
                : index > 0 && bytes[index - 1] == 0x0D
            guard isWhole else { throw .malformedForm("the header lines of a part must end with CR LF") }
        }
        return text.split(separator: "\r\n", omittingEmptySubsequences: false)
    }

    private static func split(_ line: Substring) throws(APIError) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
            line[..<colon].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .malformedForm("the headers of a part must look like 'Name: value', each on a line of its own") }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let end = value.lastIndex { $0 != " " && $0 != "\t" }
        return (line[..<colon].lowercased(), end.map { String(value[...$0]) } ?? "")
    }

    /// `utf-8'en'a%20b.wav`. **Source** RFC 5987.
    private static func extendedValue(_ text: String, of name: String) throws(APIError) -> String {
        let pieces = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard pieces.count == 3, let charset = Charset(String(pieces[0])),
            let decoded = charset.decode(PercentEncoding.decodedBytes(pieces[2]))
        else {
            throw .malformedForm("`filename*` of `\(name)` must look like UTF-8''name", param: name)
        }
        return decoded
    }
}
