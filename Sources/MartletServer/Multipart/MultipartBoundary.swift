/// The boundary a `multipart/form-data` Content-Type announces.
struct MultipartBoundary: Sendable, Hashable {
    /// 1 to 70 printable ASCII characters, the last one no space.
    let bytes: [UInt8]

    /// **Throws** 415 for another media type, 400 for a boundary that is missing or none.
    init(contentType: String?) throws(APIError) {
        let header = HeaderValue(contentType ?? "")
        guard let contentType, header.value.lowercased() == "multipart/form-data" else {
            throw .unsupportedMediaType(contentType, expected: "multipart/form-data")
        }
        guard header.isWellFormed, let boundary = header.parameters["boundary"] else {
            throw .malformedForm("the Content-Type header names no boundary: '\(contentType)'")
        }
        try self.init(boundary)
    }

    /// A boundary in words.
    init(_ boundary: String) throws(APIError) {
        bytes = Array(boundary.utf8)
        guard (1...70).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }), bytes.last != 0x20
        else {
            throw .malformedForm("a boundary is made of 1 to 70 printable ASCII characters, the last one no space")
        }
    }
}
