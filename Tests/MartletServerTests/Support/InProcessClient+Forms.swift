import HTTPTypes
import HummingbirdCore
import NIOCore

@testable import MartletServer

extension InProcessClient {
    static let formType = "multipart/form-data; boundary=\(MultipartFixture.boundary)"

    /// Sends fields and a file in one piece.
    func upload(
        _ fields: [(String, String)], file: [UInt8]? = Array("RIFF".utf8), to path: String = "/v1/audio/transcriptions",
        lifetime: RequestLifetime = RequestLifetime()
    ) async throws -> Answer {
        let body = MultipartFixture.form(fields, file: file)
        return try await send(
            .post, path, requestBody: RequestBody(buffer: ByteBuffer(bytes: body)),
            headers: [.contentType: Self.formType, .contentLength: String(body.count)], lifetime: lifetime)
    }
}
