import HTTPTypes
import Martlet
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct ErrorTests {
    private static let chat = #"{"messages":[{"role":"user","content":"Hi"}]}"#

    struct Case: Sendable {
        var error: LLMError
        var status: Int
        var param: String?
        var code: String?
    }

    @Test(arguments: [
        Case(error: .invalidRequest(param: "top_p", message: "no"), status: 400, param: "top_p"),
        Case(
            error: .contextLengthExceeded(promptTokens: 9, maxModelLen: 8, message: "9 of 8"), status: 400,
            param: "messages", code: "context_length_exceeded"),
        Case(error: .queueFull("full"), status: 503, code: "queue_full"),
        Case(error: .shuttingDown, status: 503, code: "shutting_down"),
        Case(error: .engine("broken"), status: 500, code: "internal_error"),
    ])
    func engineErrorsKeepTheirMeaning(_ given: Case) async throws {
        let error = given.error
        let engine = FakeEngine { _ in .refused(error) }
        for stream in ["false", "true"] {
            let answer = try await InProcessClient(engine).post(
                "/v1/chat/completions", #"{"messages":[{"role":"user","content":"Hi"}],"stream":\#(stream)}"#)
            #expect(answer.status == given.status)
            #expect(answer.json["error"]?["param"]?.stringValue == given.param)
            #expect(answer.json["error"]?["code"]?.stringValue == given.code)
            #expect((answer.headers[.retryAfter] != nil) == (given.status == 503))
        }
    }

    @Test func anErrorInARunningStreamIsItsLastEvent() async throws {
        let engine = FakeEngine { _ in .failing(.engine("broken")) }
        let answer = try await InProcessClient(engine).post(
            "/v1/chat/completions", #"{"messages":[{"role":"user","content":"Hi"}],"stream":true}"#)
        #expect(answer.status == 200)
        #expect(answer.events.last == "[DONE]")
        #expect(answer.chunks.last?["error"]?["message"] == "broken")
        let whole = try await InProcessClient(engine).post("/v1/chat/completions", Self.chat)
        #expect(whole.status == 500)
    }

    @Test func malformedJSONIsRefusedWithItsByte() async throws {
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", #"{"messages": nope}"#)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["message"]?.stringValue?.contains("byte 13") == true)
        #expect(answer.json["error"]?["code"] == "invalid_json")
    }

    @Test(arguments: ["", "[]", "\"x\"", "{", "{\"a\":1}x", String(repeating: "[", count: 100_000)])
    func bodiesThatAreNoObjectAreRefused(body: String) async throws {
        #expect(try await InProcessClient(FakeEngine()).post("/v1/completions", body).status == 400)
    }

    @Test func unknownModelsAndPathsAreNotFound() async throws {
        let client = InProcessClient(FakeEngine())
        let model = try await client.post("/v1/completions", #"{"prompt":"x","model":"other"}"#)
        #expect(model.status == 404)
        #expect(model.json["error"]?["code"] == "model_not_found")
        let path = try await client.get("/v1/nothing")
        #expect(path.status == 404)
        #expect(path.json["error"]?["type"] == "invalid_request_error")
    }

    @Test func wrongMethodsAreToldTheRightOnes() async throws {
        let answer = try await InProcessClient(FakeEngine()).get("/v1/chat/completions")
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == "POST, OPTIONS")
        #expect(answer.json["error"]?["message"]?.stringValue?.contains("POST") == true)
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    func otherContentTypesAreRefused(type: String) async throws {
        let answer = try await InProcessClient(FakeEngine()).send(
            .post, "/v1/chat/completions", body: Self.chat, headers: [.contentType: type])
        #expect(answer.status == 415)
    }

    @Test func jsonWithACharsetIsJSON() async throws {
        let answer = try await InProcessClient(FakeEngine()).send(
            .post, "/v1/chat/completions", body: Self.chat,
            headers: [.contentType: "Application/JSON; charset=utf-8"])
        #expect(answer.status == 200)
    }

    @Test func headAnswersWithoutBody() async throws {
        let answer = try await InProcessClient(FakeEngine()).send(.head, "/v1/models")
        #expect(answer.status == 200)
        #expect(answer.bytes.isEmpty)
    }

    @Test func requestIDsComeBackWhenEnabled() async throws {
        let client = InProcessClient(FakeEngine()) { $0.enableRequestIDHeaders = true }
        let named = try await client.send(.get, "/version", headers: [.requestID: "abc"])
        #expect(named.headers[.requestID] == "abc")
        let unnamed = try await client.get("/version")
        #expect(unnamed.headers[.requestID]?.count == 32)
        let chat = try await client.send(
            .post, "/v1/chat/completions", body: Self.chat, headers: [.requestID: "abc"])
        #expect(chat.json["id"] == "chatcmpl-abc")
    }
}
