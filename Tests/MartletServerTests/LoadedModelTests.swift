import HTTPTypes
import Martlet
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

/// The endpoints over the model inside this program.
@Suite(.timeLimit(.minutes(5))) struct LoadedModelTests {
    private static func load() async throws -> LLM {
        var configuration = LLMConfiguration()
        configuration.maxNumSeqs = 8
        configuration.numThreads = 1
        return try await LLM.load(configuration)
    }

    @Test func streamedAndCompleteAnswersAgree() async throws {
        let client = InProcessClient(try await Self.load())
        let fields = #""messages":[{"role":"user","content":"What is the capital of Italy?"}],"temperature":0"#
        let whole = try await client.post("/v1/chat/completions", "{\(fields),\"max_tokens\":12}").json
        let text = whole["choices"]?[0]?["message"]?["content"]?.stringValue
        #expect(text?.isEmpty == false)
        let streamed = try await client.post("/v1/chat/completions", "{\(fields),\"max_tokens\":12,\"stream\":true}")
        #expect(streamed.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.stringValue }.joined() == text)
    }

    @Test func echoedLogprobsSpellThePrompt() async throws {
        let client = InProcessClient(try await Self.load())
        let answer = try await client.post(
            "/v1/completions", #"{"prompt":"Once upon","max_tokens":2,"echo":true,"logprobs":1,"temperature":0}"#)
        let logprobs = answer.json["choices"]?[0]?["logprobs"]
        let tokens = logprobs?["tokens"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(tokens.joined().contains("Once upon"))
        #expect(logprobs?["token_logprobs"]?[0] == .null)
        #expect(logprobs?["token_logprobs"]?.arrayValue?.dropFirst().allSatisfy { ($0.doubleValue ?? 1) <= 0 } == true)
    }

    @Test func tokensGoThereAndBack() async throws {
        let client = InProcessClient(try await Self.load())
        let tokens = try await client.post("/tokenize", #"{"prompt":"Hello there","add_special_tokens":false}"#).json[
            "tokens"]
        let body = JSONWriter.string(["tokens": tokens ?? nil])
        #expect(try await client.post("/detokenize", body).json["prompt"] == "Hello there")
    }

    @Test func valuesOutOfRangeAreRefusedByName() async throws {
        let client = InProcessClient(try await Self.load())
        for (field, param) in [
            (#""temperature":3"#, "temperature"), (#""top_p":0"#, "top_p"), (#""max_tokens":0"#, "max_tokens"),
            (#""logit_bias":{"99999999":1}"#, "logit_bias"),
        ] {
            let answer = try await client.post("/v1/completions", #"{"prompt":"x",\#(field)}"#)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["param"]?.stringValue == param)
        }
        let long = String(repeating: "word ", count: 50_000)
        let answer = try await client.post("/v1/completions", #"{"prompt":"\#(long)"}"#)
        #expect(answer.json["error"]?["code"] == "context_length_exceeded")
    }

    @Test func aClientThatLeavesFreesItsBlocks() async throws {
        let llm = try await Self.load()
        try await TestServer.run(loading: { llm }) { server in
            for _ in 0..<4 {
                try await server.connect { connection in
                    try await connection.post(
                        "/v1/completions", #"{"prompt":"Once","stream":true,"max_tokens":200,"ignore_eos":true}"#)
                    _ = try await connection.read(through: "data: ")
                }
            }
            // The abort arrives between two steps; the engine is asked until it has.
            repeat { await llm.checkIntegrity() } while llm.statistics.numRunning + llm.statistics.numWaiting > 0
        }
    }
}
