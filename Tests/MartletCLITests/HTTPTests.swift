import Testing

@testable import MartletCLI

@Suite("The benchmark's HTTP client")
struct HTTPTests {
    static let responses: [(wire: String, status: Int, body: String)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
        ("HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n", 204, ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", 200,
            "hello world"
        ),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno", 503, "no"),
    ]

    @Test("reads a response however it is cut", arguments: responses)
    func cutAnywhere(_ row: (wire: String, status: Int, body: String)) throws {
        let bytes = Array(row.wire.utf8)
        for cut in 0...bytes.count {
            var parser = HTTPResponseParser()
            var body = try parser.push(bytes[..<cut])
            body += try parser.push(bytes[cut...])
            #expect(String(decoding: body, as: UTF8.self) == row.body)
            #expect(parser.status == row.status)
            #expect(parser.isDone)
        }
    }

    @Test("lets a body without length end with the connection")
    func untilClose() throws {
        var parser = HTTPResponseParser()
        let body = try parser.push(Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8))
        #expect(String(decoding: body, as: UTF8.self) == "abc")
        #expect(parser.endsWithConnection)
        #expect(!parser.isDone)
    }

    @Test(
        "refuses what is no response",
        arguments: [
            "SSH-2.0-x\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        ])
    func malformed(wire: String) {
        #expect(throws: HTTPResponseParser.Malformed.self) {
            var parser = HTTPResponseParser()
            _ = try parser.push(Array(wire.utf8))
        }
    }

    @Test("cuts events out of a stream however it is cut")
    func events() {
        let bytes = Array(": comment\n\ndata: {\"a\": 1}\r\n\ndata:{}\n\ndata: [DONE]\n\n".utf8)
        for cut in 0...bytes.count {
            var parser = EventStreamParser()
            let data = parser.push(Array(bytes[..<cut])) + parser.push(Array(bytes[cut...]))
            #expect(data == ["{\"a\": 1}", "{}", "[DONE]"])
        }
    }

    @Test(
        "takes URLs apart",
        arguments: [
            ("http://127.0.0.1:8000", "127.0.0.1", "8000", ""), ("http://host/v2/", "host", "80", "/v2"),
            ("http://[::1]:81/", "::1", "81", ""),
        ])
    func target(url: String, host: String, port: String, prefix: String) throws {
        let target = try #require(HTTPTarget(url))
        #expect(target.host == host)
        #expect(target.port == port)
        #expect(target.prefix == prefix)
    }

    @Test(
        "refuses URLs that are not http", arguments: ["https://a", "a:8000", "http://", "http://a:x", "http://a:99999"])
    func noTarget(url: String) {
        #expect(HTTPTarget(url) == nil)
    }
}
