import Martlet
import MartletJSON
import Testing

@testable import MartletServer

@Suite(.timeLimit(.minutes(2))) struct ShutdownTests {
    private static let stream = #"{"prompt":"x","stream":true}"#

    @Test func runningRequestsAreFinishedBeforeTheServerEnds() async throws {
        let engine = FakeEngine { _ in .stuckAfter(1) }
        try await TestServer.run(engine) { server in
            try await server.connect { connection in
                try await connection.post("/v1/completions", Self.stream)
                _ = try await connection.read(through: "\"x\"")
                await server.stop()
                engine.release()
                let rest = try await connection.readToEnd()
                #expect(rest.contains("\"finish_reason\":\"length\""))
                #expect(rest.contains("[DONE]"))
            }
        }
        #expect(engine.counts.cancelled == 0)
        #expect(engine.wasShutDown)
    }

    @Test func requestsThatOutlastTheDrainTimeAreToldSo() async throws {
        let engine = FakeEngine { _ in .stuckAfter(1) }
        try await TestServer.run(engine, { $0.shutdownTimeout = .milliseconds(50) }) { server in
            try await server.connect { connection in
                try await connection.post("/v1/completions", Self.stream)
                _ = try await connection.read(through: "\"x\"")
                await server.stop()
                let rest = try await connection.readToEnd()
                #expect(rest.contains("shutting_down"))
                #expect(rest.contains("[DONE]"))
            }
        }
        #expect(engine.counts.cancelled == 1)
    }

    @Test func completeAnswersThatOutlastTheDrainTimeBecome503() async throws {
        let engine = FakeEngine { _ in .stuckAfter(0) }
        try await TestServer.run(engine, { $0.shutdownTimeout = .milliseconds(50) }) { server in
            try await server.connect { connection in
                try await connection.post("/v1/completions", #"{"prompt":"x"}"#)
                await engine.wait { $0.started == 1 }
                await server.stop()
                #expect(try await connection.readResponse().head.hasPrefix("HTTP/1.1 503"))
            }
        }
        #expect(engine.counts.cancelled == 1)
    }

    @Test func theServerListensWhileItsModelLoads() async throws {
        let engine = FakeEngine()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        try await TestServer.run(loading: {
            for await _ in gate { break }
            return engine
        }) { server in
            try await server.connect { connection in
                try await connection.get("/health")
                let loading = try await connection.readResponse().head
                #expect(loading.hasPrefix("HTTP/1.1 503"))
                #expect(loading.lowercased().contains("retry-after: 2"))
                opener.yield()
                var head = ""
                // Loading ends in another task; each round trip gives it time.
                while !head.hasPrefix("HTTP/1.1 200") {
                    try await connection.get("/health")
                    head = try await connection.readResponse().head
                }
                try await connection.post("/v1/completions", #"{"prompt":"x"}"#)
                #expect(try await connection.readResponse().body.contains("Hello"))
            }
        }
    }

    @Test func aModelThatCannotBeLoadedEndsTheServer() async throws {
        await #expect(throws: LLMError.cannotLoad("broken")) {
            try await TestServer.run(loading: { throw LLMError.cannotLoad("broken") }) { _ in }
        }
    }

    @Test func idleStreamsGetKeepAliveComments() async throws {
        let engine = FakeEngine { _ in .stuckAfter(0) }
        try await TestServer.run(engine, { $0.sseKeepAliveInterval = .milliseconds(5) }) { server in
            try await server.connect { connection in
                try await connection.post("/v1/completions", Self.stream)
                for _ in 0..<3 {
                    #expect(try await connection.read(through: ": keep-alive\n\n").hasSuffix(": keep-alive\n\n"))
                }
                engine.release()
                #expect(try await connection.read(through: "[DONE]").hasSuffix("[DONE]"))
            }
        }
    }
}
