import HTTPTypes

/// Bounds on a form.
struct MultipartLimits: Sendable {
    /// Most parts.
    var maxParts = 256
    /// Most bytes of one part's headers.
    var maxHeaderBytes = 8 << 10
    /// Most bytes of one field.
    var maxFieldBytes = 256 << 10
    /// Most bytes of all fields together.
    var maxFieldsBytes = 1 << 20
    /// Most bytes of the file.
    var maxFileBytes: Int
    /// Files up to this size stay in memory.
    var maxMemoryBytes = 1 << 20

    /// Most bytes of the whole body: what all parts may hold, and their headers.
    var maxBodyBytes: Int {
        let (sum, overflow) = maxFileBytes.addingReportingOverflow(maxFieldsBytes + 4 << 20)
        return overflow ? .max : sum
    }
}

extension APIError {
    /// 400 for a form that is not written as it should be; `problem` follows "The form is malformed: ".
    static func malformedForm(_ problem: String, param: String? = nil) -> APIError {
        .badRequest("The form is malformed: \(problem).", param: param, code: "invalid_form")
    }

    /// 413 for a form that is too large in some way; `problem` follows "The form is too large: ".
    static func formTooLarge(_ problem: String, param: String? = nil) -> APIError {
        APIError(
            status: .contentTooLarge, type: "invalid_request_error", message: "The form is too large: \(problem).",
            param: param, code: "request_too_large")
    }
}
