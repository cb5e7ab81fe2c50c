import HTTPTypes
import HummingbirdCore
import MartletJSON
import NIOCore

extension Response {
    /// 200 with a JSON body.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        var writer = JSONWriter()
        writer.write(value)
        return bytes(writer.bytes, contentType: "application/json", status: status)
    }

    /// A complete body.
    static func bytes(
        _ bytes: [UInt8], contentType: String, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// An error as OpenAI's clients expect it.
    init(_ error: APIError) {
        self = .json(error.body, status: error.status)
        if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
        if let methods = error.allow { headers[.allow] = methods }
        if error.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if error.status == .contentTooLarge { headers[.connection] = "close" }
    }
}
