import HTTPTypes
import HummingbirdCore
import NIOCore

/// A form that was read: its fields and its file.
struct MultipartForm: Sendable {
    /// A field that is no file.
    struct Field: Sendable, Hashable {
        var name: String
        var value: String
    }

    /// In the order they were sent.
    var fields: [Field] = []
    /// The file, if one came under the expected name.
    var file: UploadedFile?
    /// Names of files nobody asked for; their bytes were not kept.
    var otherFiles: [String] = []
}

/// Puts a form together from the events of its parser.
struct MultipartFormBuilder: ~Copyable {
    private let fileName: String
    private let limits: MultipartLimits
    private var form = MultipartForm()
    private var part: MultipartHeaders?
    private var value: [UInt8] = []
    private var numFieldBytes = 0
    private var numOtherBytes = 0
    private var spool: UploadSpool?

    /// `fileName` is the field whose file is kept.
    init(fileName: String, limits: MultipartLimits) {
        self.fileName = fileName
        self.limits = limits
    }

    /// Adds what the parser found.
    mutating func add(_ event: MultipartParser.Event) throws(APIError) {
        switch event {
        case .part(let headers): try begin(headers)
        case .content(let bytes): try append(bytes)
        case .endOfPart: try endPart()
        }
    }

    /// The complete form.
    consuming func finish() -> MultipartForm { form }

    private mutating func begin(_ headers: MultipartHeaders) throws(APIError) {
        part = headers
        value = []
        guard headers.filename != nil, headers.name == fileName else { return }
        guard form.file == nil else {
            throw .badRequest("`\(fileName)` was sent twice; send one file", param: fileName, code: "invalid_value")
        }
        spool = UploadSpool(headers, limits: limits)
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(APIError) {
        guard let part else { return }
        if spool != nil {
            try spool?.append(bytes)
        } else if part.filename != nil {
            numOtherBytes += bytes.count
            guard numOtherBytes <= limits.maxFileBytes else {
                throw .fileTooLarge(limit: limits.maxFileBytes, param: part.name)
            }
        } else {
            numFieldBytes += bytes.count
            guard value.count + bytes.count <= limits.maxFieldBytes else {
                throw .formTooLarge(
                    "`\(part.name)` has more than \(limits.maxFieldBytes) bytes", param: part.name)
            }
            guard numFieldBytes <= limits.maxFieldsBytes else {
                throw .formTooLarge(
                    "with `\(part.name)` its fields have more than \(limits.maxFieldsBytes) bytes", param: part.name)
            }
            value.append(contentsOf: bytes)
        }
    }

    private mutating func endPart() throws(APIError) {
        guard let part = part.take() else { return }
        if let spool = spool.take() {
            form.file = try spool.finish()
        } else if part.filename != nil {
            form.otherFiles.append(part.name)
        } else {
            guard let text = part.charset.decode(value) else {
                throw .badRequest("`\(part.name)` is not UTF-8 text", param: part.name, code: "invalid_encoding")
            }
            form.fields.append(MultipartForm.Field(name: part.name, value: text))
        }
    }
}

extension HTTPCall {
    /// Reads the body as a form while it arrives; the file called `fileName` is kept.
    ///
    /// **Throws** 415 for another media type, 400 and 413 for a form that is malformed or too large.
    func form(fileName: String, limits: MultipartLimits) async throws(APIError) -> MultipartForm {
        let boundary = try MultipartBoundary(contentType: head.headerFields[.contentType])
        var parser = MultipartParser(boundary: boundary, limits: limits)
        var builder = MultipartFormBuilder(fileName: fileName, limits: limits)
        try await incoming.forEach(limit: limits.maxBodyBytes) { buffer throws(APIError) in
            let outcome = buffer.withUnsafeReadableBytes { bytes -> Result<Void, APIError> in
                do throws(APIError) {
                    return .success(
                        try parser.consume(bytes.assumingMemoryBound(to: UInt8.self)) { event throws(APIError) in
                            try builder.add(event)
                        })
                } catch {
                    return .failure(error)
                }
            }
            try outcome.get()
        }
        try parser.finish()
        return builder.finish()
    }
}
