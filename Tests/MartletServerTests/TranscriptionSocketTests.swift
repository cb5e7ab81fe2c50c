import Martlet
import MartletJSON
import Testing

@testable import MartletServer

@Suite(.timeLimit(.minutes(2))) struct TranscriptionSocketTests {
    private static func head(_ count: Int?) -> String {
        let length = count.map { "Content-Length: \($0)" } ?? "Transfer-Encoding: chunked"
        return "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: t\r\nContent-Type: \(InProcessClient.formType)\r\n"
            + "\(length)\r\n\r\n"
    }

    @Test func uploadsComeInAnyPieces() async throws {
        try await TestServer.run(loading: { FakeTranscriber(script: .echo) }) { server in
            try await server.connect { connection in
                for size in [1, 3, 1000] {
                    let body = MultipartFixture.form([("model", "whisper")], file: Array("hello".utf8))
                    try await connection.write(Self.head(body.count))
                    for start in stride(from: 0, to: body.count, by: size) {
                        try await connection.write(Array(body[start..<min(start + size, body.count)]))
                    }
                    let (head, text) = try await connection.readResponse()
                    #expect(head.hasPrefix("HTTP/1.1 200") && text.contains(#""text":"hello""#), "\(head)\(text)")
                }
            }
        }
    }

    @Test func chunkedUploadsAreBoundedWhileTheyArrive() async throws {
        let engine = FakeTranscriber()
        try await TestServer.run(loading: { engine }, { $0.limits.maxAudioFileBytes = 1000 }) { server in
            let (head, text) = try await server.connect { connection in
                try await connection.write(Self.head(nil))
                let start = "--XbX\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n"
                try await connection.write("\(String(start.utf8.count, radix: 16))\r\n\(start)\r\n")
                for _ in 0..<3 { try await connection.write("200\r\n\(String(repeating: "x", count: 512))\r\n") }
                return try await connection.readResponse()
            }
            #expect(head.hasPrefix("HTTP/1.1 400") && text.contains("Maximum file size exceeded"))
        }
        #expect(engine.files.isEmpty)
    }

    @Test func whatIsAnnouncedFarTooLargeIsRefusedUnread() async throws {
        try await TestServer.run(loading: { FakeTranscriber() }) { server in
            let head = try await server.connect { connection in
                try await connection.write(Self.head(10_000_000_000))
                return try await connection.readResponse().head
            }
            #expect(head.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func anUploadThatBreaksOffLeavesNothing() async throws {
        let engine = FakeTranscriber()
        try await TestServer.run(loading: { engine }) { server in
            let text = try await server.connect { connection in
                let body = MultipartFixture.form([])
                try await connection.write(Self.head(body.count))
                try await connection.write(Array(body.dropLast(10)))
                connection.closeOutput()
                return try await connection.readToEnd()
            }
            #expect(!text.contains("200 OK"))
        }
        #expect(engine.files.isEmpty)
    }

    @Test(arguments: ["true", "false"])
    func aClosedConnectionStopsTheWork(stream: String) async throws {
        let engine = FakeTranscriber(script: .stuck)
        try await TestServer.run(loading: { engine }) { server in
            try await server.connect { connection in
                let body = MultipartFixture.form([("stream", stream)])
                try await connection.write(Self.head(body.count))
                try await connection.write(body)
                if stream == "true" { _ = try await connection.read(through: "Hello") }
                while engine.files.isEmpty { await Task.yield() }
                try await connection.reset()
            }
            await engine.waitForCancellation()
        }
        #expect(engine.numCancelled == 1)
    }

    @Test func manyUploadsOverManyConnections() async throws {
        try await TestServer.run(loading: { FakeTranscriber(script: .echo) }) { server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<32 {
                    group.addTask {
                        let file = String(repeating: "\(index) ", count: 40_000 * (index % 3) + 1)
                        let body = MultipartFixture.form([], file: Array(file.utf8))
                        return try await server.connect { connection in
                            try await connection.write(Self.head(body.count))
                            try await connection.write(body)
                            let text = try JSONReader.parse(try await connection.readResponse().body)["text"]
                            return text?.stringValue == String(file.dropLast())
                        }
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test(arguments: [(1000, 1_000_000), (1000, 100_000_000)])
    func clientsThatAskFirstAreAnswered(limit: Int, announced: Int) async throws {
        try await TestServer.run(loading: { FakeTranscriber() }, { $0.limits.maxAudioFileBytes = limit }) { server in
            let head = try await server.connect { connection in
                try await connection.write(
                    "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: t\r\nContent-Type: \(InProcessClient.formType)\r\n"
                        + "Expect: 100-continue\r\nContent-Length: \(announced)\r\n\r\n")
                return try await connection.read(through: "\r\n\r\n")
            }
            #expect(head.hasPrefix(announced > 10_000_000 ? "HTTP/1.1 413" : "HTTP/1.1 100 Continue"), "\(head)")
        }
    }
}
