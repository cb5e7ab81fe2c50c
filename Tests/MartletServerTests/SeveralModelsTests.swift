import HTTPTypes
import Martlet
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct SeveralModelsTests {
    private static let chat = #""messages":[{"role":"user","content":"Hi"}]"#

    private func client(_ configure: (inout MartletServer.ServerConfiguration) -> Void = { _ in }) -> InProcessClient {
        InProcessClient(models: [FakeEngine(name: "llm"), FakeTranscriber(name: "whisper")], configure)
    }

    @Test func requestsChooseByWhatTheyAskFor() async throws {
        let client = client()
        let chat = try await client.post("/v1/chat/completions", "{\(Self.chat)}")
        #expect(chat.json["model"] == "llm")
        let speech = try await client.upload([("response_format", "text")])
        #expect(speech.status == 200 && speech.text.hasPrefix("Hello there."))
    }

    @Test func namesOfTheOtherKindAreTheWrongTask() async throws {
        let client = client()
        let chat = try await client.post("/v1/chat/completions", #"{"model":"whisper",\#(Self.chat)}"#)
        #expect(chat.status == 400)
        #expect(chat.json["error"]?["message"] == "The model does not support Chat Completions API")
        let speech = try await client.upload([("model", "llm")])
        #expect(speech.status == 400)
        #expect(speech.json["error"]?["message"] == "The model does not support Transcriptions API")
        let translation = try await client.upload([("model", "neither")], to: "/v1/audio/translations")
        #expect(translation.status == 404)
        #expect(translation.json["error"]?["message"]?.stringValue?.contains("llm, whisper") == true)
        #expect(try await client.post("/v1/embeddings", #"{"input":"a"}"#).status == 400)
    }

    @Test func aServerOfOneKindDoesNotDoTheOther() async throws {
        let speech = try await InProcessClient(FakeEngine()).upload([])
        #expect(speech.status == 400 && speech.json["error"]?["code"] == "unsupported")
        let chat = try await InProcessClient(FakeTranscriber()).post("/v1/completions", #"{"prompt":"a"}"#)
        #expect(chat.status == 400 && chat.json["error"]?["code"] == "unsupported")
        #expect(try await InProcessClient(nil).upload([]).status == 503)
    }

    @Test func allModelsAreListedAndMeasured() async throws {
        let client = client { $0.servedModelNames = ["a", "b"] }
        _ = try await client.upload([])
        let models = try await client.get("/v1/models").json["data"]?.arrayValue ?? []
        #expect(models.map { $0["id"]?.stringValue } == ["a", "b", "whisper"])
        #expect(try await client.get("/v1/models/whisper").json["root"] == "/models/whisper")
        let metrics = try await client.get("/metrics").text
        #expect(metrics.contains(#"vllm:num_requests_running{model_name="a",engine="0"} 0.0"#))
        #expect(metrics.contains(#"vllm:generation_tokens_total{model_name="whisper",engine="1"} 7.0"#))
        let announced = metrics.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
        #expect(Set(announced).count == announced.count)
        // Samples of one metric stand together, as the format asks.
        var seen: [Substring] = []
        for line in metrics.split(separator: "\n") where !line.hasPrefix("#") {
            let name = line.prefix { $0 != "{" && $0 != " " }
            if seen.last != name {
                let isHistogram = ["_bucket", "_sum", "_count"].contains { name.hasSuffix($0) }
                #expect(isHistogram || !seen.contains(name), "\(name)")
                seen.append(name)
            }
        }
        #expect(try await client.get("/health").status == 200)
    }

    @Test func namesAreUnique() {
        #expect(throws: LLMError.self) {
            try EngineSlot().fill([FakeEngine(name: "a"), FakeTranscriber(name: "a")], modelNames: [])
        }
    }
}
