import HTTPTypes
import Martlet
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct PoolingTests {
    @Test func embeddingsHaveOpenAIsShape() async throws {
        let client = InProcessClient(FakePooler())
        let answer = try await client.post("/v1/embeddings", #"{"input":["abc",""],"model":"pooler","user":"u"}"#)
        #expect(answer.status == 200)
        #expect(answer.json["object"] == "list" && answer.json["model"] == "pooler")
        #expect(
            answer.json["data"] == [
                ["index": 0, "object": "embedding", "embedding": [3.0, 1.0]],
                ["index": 1, "object": "embedding", "embedding": [0.0, 1.0]],
            ])
        #expect(answer.json["usage"]?["prompt_tokens"] == 3 && answer.json["usage"]?["total_tokens"] == 3)
        #expect(answer.headers[.ignoredFields] == nil)
    }

    @Test(arguments: [
        (#""abc""#, [3.0]), ("[7,8]", [2.0]), ("[[7],[8,9]]", [1.0, 2.0]), (#"["a","bb"]"#, [1.0, 2.0]),
    ])
    func inputsComeInFourForms(input: String, lengths: [Double]) async throws {
        let json = try await InProcessClient(FakePooler()).post("/v1/embeddings", #"{"input":\#(input)}"#).json
        #expect(json["data"]?.arrayValue?.map { $0["embedding"]?[0]?.doubleValue } == lengths)
    }

    @Test func base64IsLittleEndianFloats() async throws {
        let json = try await InProcessClient(FakePooler()).post(
            "/v1/embeddings", #"{"input":"abc","encoding_format":"base64"}"#
        ).json
        // 3.0 and 1.0: 00 00 40 40 00 00 80 3f.
        #expect(json["data"]?[0]?["embedding"] == "AABAQAAAgD8=")
        #expect(VectorEncoding.base64([1]) == "AACAPw==")
        #expect(VectorEncoding.base64([]) == "")
    }

    @Test func optionsReachTheModel() async throws {
        let engine = FakePooler()
        _ = try await InProcessClient(engine).post(
            "/v1/embeddings",
            #"{"input":"a","dimensions":2,"truncate_prompt_tokens":-1,"truncation_side":"left","use_activation":false,"#
                + #""add_special_tokens":false,"prompt_name":"query"}"#)
        let options = try #require(engine.options.first)
        #expect(options.dimensions == 2 && options.truncatePromptTokens == -1 && "\(options.truncationSide)" == "left")
        #expect(options.useActivation == false && !options.addSpecialTokens && options.promptName == "query")
    }

    @Test(arguments: [
        (#"{}"#, "input"), (#"{"input":[]}"#, "input"), (#"{"input":{"a":1}}"#, "input"), (#"{"input":[-1]}"#, "input"),
        (#"{"input":"a","encoding_format":"bytes"}"#, "encoding_format"),
        (#"{"input":"a","dimensions":0}"#, "dimensions"),
        (#"{"input":"a","truncate_prompt_tokens":-2}"#, "truncate_prompt_tokens"),
        (#"{"input":"a","embed_dtype":"float16"}"#, "embed_dtype"), (#"{"input":"a","normalize":true}"#, "normalize"),
        (#"{"input":"a","padding":"max_length"}"#, "padding"), (#"{"messages":[]}"#, "messages"),
        (#"{"input":"a","truncation_side":"up"}"#, "truncation_side"),
    ])
    func wrongFieldsAreNamed(body: String, param: String) async throws {
        let answer = try await InProcessClient(FakePooler()).post("/v1/embeddings", body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["param"]?.stringValue == param, "\(answer.text)")
    }

    @Test func tooLongIsAContextLengthError() async throws {
        let answer = try await InProcessClient(FakePooler()).post(
            "/v1/embeddings", #"{"input":"\#(String(repeating: "a", count: 21))"}"#)
        #expect(answer.status == 400 && answer.json["error"]?["code"] == "context_length_exceeded")
    }

    @Test(arguments: ["/rerank", "/v1/rerank", "/v2/rerank"])
    func rerankSortsByScore(path: String) async throws {
        let engine = FakePooler(task: .classify, labels: ["LABEL_0"])
        let answer = try await InProcessClient(engine).post(
            path, #"{"query":"q","documents":["a",{"text":"ccc"},"bb"],"top_n":2,"instruction":"judge"}"#)
        #expect(answer.status == 200)
        let results = answer.json["results"]?.arrayValue ?? []
        #expect(results.map { $0["index"]?.intValue } == [1, 2])
        #expect(results.first?["document"]?["text"] == "ccc")
        #expect(abs((results.first?["relevance_score"]?.doubleValue ?? 0) - 0.3) < 1e-6)
        #expect(answer.json["usage"] == ["prompt_tokens": 7, "total_tokens": 7])
        #expect(engine.lastInstruction == "judge")
        let bare = try await InProcessClient(engine).post(
            path, #"{"query":"q","documents":["a"],"return_documents":false}"#)
        #expect(bare.json["results"]?[0]?["document"] == nil)
    }

    @Test(arguments: ["/score", "/v1/score"])
    func scoresComeInOrder(path: String) async throws {
        let client = InProcessClient(FakePooler())
        let json = try await client.post(path, #"{"text_1":"q","text_2":["aa","a"]}"#).json
        #expect(json["data"]?.arrayValue?.map { $0["index"]?.intValue } == [0, 1])
        #expect(json["data"]?[0]?["object"] == "score")
        #expect(try await client.post(path, #"{"queries":["q","r"],"documents":["a","b"]}"#).status == 200)
        let uneven = try await client.post(path, #"{"text_1":["q","r"],"text_2":["a"]}"#)
        #expect(uneven.status == 400 && uneven.json["error"]?["param"] == "text_1")
        #expect(try await client.post(path, #"{"text_1":"q"}"#).status == 400)
    }

    @Test func classifyGivesLabelAndProbabilities() async throws {
        let client = InProcessClient(FakePooler(task: .classify, labels: ["no", "yes"]))
        let json = try await client.post("/classify", #"{"input":["a"]}"#).json
        #expect(json["data"]?[0]?["label"] == "yes" && json["data"]?[0]?["num_classes"] == 2)
        #expect(json["data"]?[0]?["probs"]?.arrayValue?.count == 2)
        let pooled = try await client.post("/pooling", #"{"input":"a","task":"classify"}"#)
        #expect(pooled.json["data"]?[0]?["object"] == "pooling")
        #expect(try await client.post("/pooling", #"{"input":"a","task":"embed"}"#).status == 400)
        let refused = try await client.post("/v1/embeddings", #"{"input":"a"}"#)
        #expect(refused.status == 400)
        #expect(refused.json["error"]?["message"] == "The model does not support Embeddings API")
    }

    @Test func everyModelSaysWhatItDoesNotDo() async throws {
        let pooler = InProcessClient(FakePooler())
        let chat = try await pooler.post("/v1/chat/completions", #"{"messages":[{"role":"user","content":"a"}]}"#)
        #expect(chat.status == 400)
        #expect(chat.json["error"]?["message"] == "The model does not support Chat Completions API")
        #expect(try await pooler.post("/v1/completions", #"{"prompt":"a"}"#).status == 400)
        #expect(try await pooler.post("/classify", #"{"input":"a"}"#).status == 400)
        #expect(try await pooler.get("/v1/models").json["data"]?[0]?["id"] == "pooler")
        #expect(try await pooler.get("/metrics").status == 200)
        #expect(try await pooler.post("/tokenize", #"{"prompt":"ab"}"#).json["count"] == 2)
        let generator = InProcessClient(FakeEngine())
        for path in ["/v1/embeddings", "/pooling", "/classify", "/score", "/rerank"] {
            let answer = try await generator.post(path, #"{"input":"a","text_1":"a","text_2":"b"}"#)
            #expect(answer.status == 400, "\(path)")
            #expect(answer.json["error"]?["message"]?.stringValue?.hasPrefix("The model does not support") == true)
        }
    }

    @Test func requestsAreCounted() async throws {
        let client = InProcessClient(FakePooler())
        _ = try await client.post("/v1/embeddings", #"{"input":"abc"}"#)
        let text = try await client.get("/metrics").text
        #expect(text.contains("vllm:prompt_tokens_total{model_name=\"pooler\",engine=\"0\"} 3"))
    }
}
