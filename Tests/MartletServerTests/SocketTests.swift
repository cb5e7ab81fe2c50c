import Martlet
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

@Suite(.timeLimit(.minutes(2))) struct SocketTests {
    private static let stream = #"{"messages":[{"role":"user","content":"Hi"}],"stream":true}"#
    private static let whole = #"{"messages":[{"role":"user","content":"Hi"}]}"#

    @Test func aStreamArrivesWithItsHeadersAndEnd() async throws {
        try await TestServer.run(FakeEngine()) { server in
            let text = try await server.connect { connection in
                try await connection.post("/v1/chat/completions", Self.stream)
                return try await connection.read(through: "0\r\n\r\n")
            }
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let lower = text.lowercased()
            #expect(lower.contains("content-type: text/event-stream"))
            #expect(lower.contains("transfer-encoding: chunked"))
            #expect(lower.contains("x-accel-buffering: no"))
            #expect(text.contains("data: [DONE]\n\n"))
        }
    }

    @Test func oneConnectionServesManyRequests() async throws {
        try await TestServer.run(FakeEngine()) { server in
            try await server.connect { connection in
                for _ in 0..<20 {
                    try await connection.post("/v1/chat/completions", Self.whole)
                    #expect(try await connection.readResponse().body.contains("Hello"))
                    try await connection.post("/v1/chat/completions", Self.stream)
                    #expect(try await connection.read(through: "0\r\n\r\n").contains("[DONE]"))
                    try await connection.get("/health")
                    #expect(try await connection.readResponse().head.hasPrefix("HTTP/1.1 200"))
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func nothingOfARequestOutlivesItsAnswer(streamed: Bool) async throws {
        let engine = FakeEngine()
        try await TestServer.run(engine) { server in
            try await server.connect { connection in
                try await connection.post("/v1/chat/completions", streamed ? Self.stream : Self.whole)
                _ = try await connection.read(through: streamed ? "0\r\n\r\n" : "\"usage\"")
                // The connection stays open: what it holds must not be the request's.
                await engine.wait { $0.started == 1 && $0.alive == 0 }
            }
        }
    }

    enum Leaving: CaseIterable { case close, closeOutput, reset }

    @Test(arguments: Leaving.allCases, [true, false])
    func aClientThatLeavesFreesItsRequestWhileNothingIsWritten(how: Leaving, streamed: Bool) async throws {
        let engine = FakeEngine { _ in streamed ? .stuckAfter(1) : .stuckAfter(0) }
        try await TestServer.run(engine) { server in
            try await server.connect { connection in
                try await connection.post("/v1/chat/completions", streamed ? Self.stream : Self.whole)
                if streamed { _ = try await connection.read(through: "\"x\"") }
                await engine.wait { $0.started == 1 }
                switch how {
                case .close: break
                case .closeOutput:
                    connection.closeOutput()
                    await engine.wait { $0.cancelled == 1 }
                case .reset: try await connection.reset()
                }
            }
            await engine.wait { $0.cancelled == 1 }
            #expect(engine.counts.running == 0)
        }
    }

    @Test func aClientThatLeavesBeforeTheFirstTokenOfAStreamFreesIt() async throws {
        let engine = FakeEngine { _ in .stuckAfter(0) }
        try await TestServer.run(engine) { server in
            try await server.connect { connection in
                try await connection.post("/v1/chat/completions", Self.stream)
                _ = try await connection.read(through: "\r\n\r\n")
            }
            await engine.wait { $0.cancelled == 1 }
        }
    }

    @Test func allPromptsOfALostRequestAreFreed() async throws {
        let engine = FakeEngine { _ in .endless }
        try await TestServer.run(engine) { server in
            try await server.connect { connection in
                try await connection.post("/v1/completions", #"{"prompt":["a","b","c"],"stream":true}"#)
                _ = try await connection.read(through: "\"x\"")
            }
            await engine.wait { $0.cancelled == 3 }
        }
    }

    @Test func aSlowReaderHoldsUpItselfOnly() async throws {
        let engine = FakeEngine { request in
            if case .text(let text) = request.prompt, text.contains("endless") {
                .endless
            } else {
                .texts(["fast"], .stop)
            }
        }
        try await TestServer.run(engine) { server in
            try await server.connect { slow in
                try await slow.post("/v1/completions", #"{"prompt":"endless","stream":true}"#)
                // Never read: socket buffers and the feed fill up and the endless request must stop making events.
                for _ in 0..<50 {
                    let answer = try await server.connect { fast in
                        try await fast.post("/v1/completions", #"{"prompt":"quick"}"#)
                        return try await fast.readResponse().body
                    }
                    #expect(answer.contains("fast"))
                }
                #expect(engine.counts.running == 1)
            }
            await engine.wait { $0.running == 0 }
        }
    }

    @Test func twoHundredClientsOfWhichManyLeaveAreAllAccountedFor() async throws {
        let engine = FakeEngine { request in
            guard case .text(let text) = request.prompt else { return .endless }
            return text.hasPrefix("finish") ? .texts(["a", "b", "c"], .stop) : .stuckAfter(200)
        }
        try await TestServer.run(engine) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                var generator = SystemRandomNumberGenerator()
                for client in 0..<200 {
                    let kind = Int.random(in: 0..<5, using: &generator)
                    group.addTask { try await Self.visit(server, client: client, kind: kind) }
                }
                try await group.waitForAll()
            }
            await engine.wait { $0.running == 0 && $0.started >= 80 && $0.alive == 0 }
            let health = try await server.connect { connection in
                try await connection.get("/health")
                return try await connection.readResponse().head
            }
            #expect(health.hasPrefix("HTTP/1.1 200"))
        }
        #expect(engine.counts.running == 0)
        #expect(engine.wasShutDown)
    }

    /// Kinds 0 and 1 stay to the end; 2 leaves in the stream, 3 before the answer, 4 in the middle of the request.
    private static func visit(_ server: TestServer, client: Int, kind: Int) async throws {
        try await server.connect { connection in
            switch kind {
            case 0, 1:
                let body = #"{"prompt":"finish \#(client)","stream":\#(kind == 0)}"#
                try await connection.post("/v1/completions", body)
                let text = try await connection.read(through: kind == 0 ? "[DONE]" : "usage")
                #expect(text.hasSuffix(kind == 0 ? "[DONE]" : "usage"))
            case 2:
                try await connection.post("/v1/completions", #"{"prompt":"go","stream":true}"#)
                _ = try await connection.read(through: "\"x\"")
                if client.isMultiple(of: 2) { try await connection.reset() }
            case 3: try await connection.post("/v1/completions", #"{"prompt":"go"}"#)
            default:
                try await connection.write("POST /v1/completions HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{")
            }
        }
    }
}
