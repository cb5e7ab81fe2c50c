import HTTPTypes
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct AccessTests {
    private static func client() -> InProcessClient {
        InProcessClient(FakeEngine()) { $0.apiKeys = ["first-key", "second"] }
    }

    @Test(arguments: ["/v1/models", "/metrics", "/version", "/ping", "/nothing"])
    func withKeysEveryPathIsClosed(path: String) async throws {
        let answer = try await Self.client().get(path)
        #expect(answer.status == 401)
        #expect(answer.json["error"]?["code"] == "invalid_api_key")
        #expect(answer.headers[.wwwAuthenticate] == "Bearer")
    }

    @Test func healthIsOpen() async throws {
        #expect(try await Self.client().get("/health").status == 200)
    }

    @Test(arguments: ["Bearer first-key", "Bearer second", "bearer second"])
    func anyKeyOpens(header: String) async throws {
        let answer = try await Self.client().send(.get, "/v1/models", headers: [.authorization: header])
        #expect(answer.status == 200)
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Bearer first-ke", "Bearer first-keyy", "Bearer first-keyfirst-key", "Basic second",
        "second", "Bearer secon",
    ])
    func anythingElseDoesNot(header: String) async throws {
        let answer = try await Self.client().send(.get, "/v1/models", headers: [.authorization: header])
        #expect(answer.status == 401)
    }

    @Test func anEmptyKeyNeverOpens() async throws {
        let client = InProcessClient(FakeEngine()) { $0.apiKeys = [""] }
        let answer = try await client.send(.get, "/v1/models", headers: [.authorization: "Bearer "])
        #expect(answer.status == 401)
    }

    @Test func pagesOfAllowedOriginsMayCall() async throws {
        let client = InProcessClient(FakeEngine()) { $0.allowedOrigins = ["https://a.example"] }
        let allowed = try await client.send(
            .options, "/v1/chat/completions",
            headers: [.origin: "https://a.example", .accessControlRequestHeaders: "authorization, content-type"])
        #expect(allowed.status == 204)
        #expect(allowed.headers[.accessControlAllowOrigin] == "https://a.example")
        #expect(allowed.headers[.accessControlAllowMethods] == "POST, OPTIONS")
        #expect(allowed.headers[.accessControlAllowHeaders] == "authorization, content-type")
        let other = try await client.send(.get, "/v1/models", headers: [.origin: "https://b.example"])
        #expect(other.headers[.accessControlAllowOrigin] == nil)
    }

    @Test func withoutOriginsNoPageMayCall() async throws {
        let answer = try await InProcessClient(FakeEngine()).send(
            .options, "/v1/models", headers: [.origin: "https://a.example"])
        #expect(answer.status == 204)
        #expect(answer.headers[.allow] == "GET, HEAD, OPTIONS")
        #expect(answer.headers[.accessControlAllowOrigin] == nil)
    }
}
