import HTTPTypes
import HummingbirdCore
import NIOCore

/// A request's body on its way in.
struct IncomingBody: Sendable {
    private let body: RequestBody
    /// What the Content-Length header announces.
    let declaredCount: Int?

    init(_ request: Request) {
        body = request.body
        declaredCount = request.headers[.contentLength].flatMap { Int($0) }
    }

    /// Hands on the body piece by piece as it arrives.
    ///
    /// **Throws** 413 as soon as it is announced or found to be longer than `limit` bytes, 400 when it breaks off.
    func forEach(
        limit: Int, _ handle: (ByteBuffer) throws(APIError) -> Void
    ) async throws(APIError) {
        if let declaredCount, declaredCount > limit { throw .bodyTooLarge(limit: limit) }
        var count = 0
        do {
            for try await part in body {
                guard part.readableBytes <= limit - count else { throw APIError.bodyTooLarge(limit: limit) }
                count += part.readableBytes
                try handle(part)
            }
        } catch let error as APIError {
            throw error
        } catch {
            throw .badRequest("The request body could not be read.", code: "invalid_body")
        }
        if let declaredCount, count < declaredCount {
            throw .badRequest(
                "The request body ended after \(count) of \(declaredCount) bytes.", code: "invalid_body")
        }
    }

    /// The whole body, of at most `limit` bytes.
    func collect(limit: Int) async throws(APIError) -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEach(limit: limit) { part throws(APIError) in bytes.append(contentsOf: part.readableBytesView) }
        return bytes
    }
}
