import Martlet
import MartletJSON
import Testing

@testable import MartletServer

@Suite(.timeLimit(.minutes(2))) struct RobustnessTests {
    @Test func halfABodyThatEndsIsNoRequest() async throws {
        let engine = FakeEngine()
        try await TestServer.run(engine) { server in
            let text = try await server.connect { connection in
                // What has arrived is valid JSON, but less than was announced.
                try await connection.write(
                    "POST /v1/completions HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 100\r\n\r\n{\"prompt\":\"x\"}")
                connection.closeOutput()
                return try await connection.readToEnd()
            }
            #expect(!text.contains("200 OK"))
        }
        #expect(engine.counts.started == 0)
    }

    @Test func halfABodyThatStallsIsCutOff() async throws {
        try await TestServer.run(FakeEngine(), { $0.idleTimeout = .milliseconds(200) }) { server in
            let text = try await server.connect { connection in
                // The server closes with bytes unread, which may show as a reset, on a busy machine before all is written.
                try? await connection.write(
                    "POST /v1/completions HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 100\r\n\r\n{\"prompt\":")
                return (try? await connection.readToEnd()) ?? ""
            }
            #expect(!text.contains("200 OK"))
        }
    }

    @Test func aBodyAnnouncedTooLargeIsRefusedUnread() async throws {
        try await TestServer.run(FakeEngine(), { $0.limits.maxBodyBytes = 1000 }) { server in
            let head = try await server.connect { connection in
                try await connection.write(
                    "POST /v1/completions HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000000000\r\n\r\n")
                return try await connection.readResponse().head
            }
            #expect(head.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func aChunkedBodyIsRefusedAtTheLimit() async throws {
        try await TestServer.run(FakeEngine(), { $0.limits.maxBodyBytes = 1000 }) { server in
            let head = try await server.connect { connection in
                try await connection.write(
                    "POST /v1/completions HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n")
                let chunk = String(repeating: "x", count: 512)
                for _ in 0..<3 { try await connection.write("200\r\n\(chunk)\r\n") }
                return try await connection.readResponse().head
            }
            #expect(head.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test(arguments: [
        "\u{0}\u{1}\u{2}\u{3}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "POST /v1/completions HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        "POST /v1/completions HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
        "GET /health HTTP/1.1\r\nHost: t\r\n bad : header\r\n\r\n",
    ])
    func garbageEndsTheConnectionAndNothingElse(bytes: String) async throws {
        let engine = FakeEngine()
        try await TestServer.run(engine) { server in
            let text = try await server.connect { connection in
                try await connection.write(bytes)
                connection.closeOutput()
                return try await connection.readToEnd()
            }
            #expect(!text.contains("200 OK"))
            let head = try await server.connect { connection in
                try await connection.get("/health")
                return try await connection.readResponse().head
            }
            #expect(head.hasPrefix("HTTP/1.1 200"))
        }
        #expect(engine.counts.started == 0)
    }

    @Test func garbageBehindARequestDoesNotSpoilItsAnswer() async throws {
        try await TestServer.run(FakeEngine()) { server in
            let text = try await server.connect { connection in
                let body = #"{"prompt":"x"}"#
                try await connection.post("/v1/completions", body)
                try await connection.write("\u{1}\u{2} nonsense\r\n\r\n")
                return try await connection.readToEnd()
            }
            #expect(text.contains("HTTP/1.1 200 OK"))
            #expect(text.contains("HTTP/1.1 400"))
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await TestServer.run(FakeEngine()) { server in
            let bodies = try await server.connect { connection in
                for id in 0..<5 {
                    try await connection.post("/v1/completions", #"{"prompt":"x","request_id":"r\#(id)"}"#)
                }
                var bodies: [String] = []
                for _ in 0..<5 { bodies.append(try await connection.readResponse().body) }
                return bodies
            }
            for (id, body) in bodies.enumerated() { #expect(body.contains("cmpl-r\(id)")) }
        }
    }

    @Test func headersBeyondTheLimitAreRefused() async throws {
        try await TestServer.run(FakeEngine(), { $0.limits.maxHeaderBytes = 4096 }) { server in
            let text = try await server.connect { connection in
                try await connection.write(
                    "GET /health HTTP/1.1\r\nHost: t\r\nX-Long: \(String(repeating: "a", count: 100_000))\r\n\r\n")
                return try await connection.readToEnd()
            }
            #expect(!text.contains("200 OK"))
        }
    }

    @Test func aShortRequestIsAnsweredThoughTheClientEndsItsOutput() async throws {
        try await TestServer.run(FakeEngine()) { server in
            let text = try await server.connect { connection in
                try await connection.get("/version")
                connection.closeOutput()
                return try await connection.readToEnd()
            }
            #expect(text.contains("200 OK"))
        }
    }
}
