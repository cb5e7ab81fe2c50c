import HTTPTypes
import Martlet
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct OperationsTests {
    @Test func modelsAreListedUnterTheirServedNames() async throws {
        let client = InProcessClient(FakeEngine()) { $0.servedModelNames = ["org/a", "b"] }
        let list = try await client.get("/v1/models").json
        #expect(list["object"] == "list")
        #expect(list["data"]?.arrayValue?.map { $0["id"] } == ["org/a", "b"])
        #expect(list["data"]?[0]?["max_model_len"] == 1000)
        #expect(list["data"]?[0]?["object"] == "model")
        #expect(try await client.get("/v1/models/org/a").json["id"] == "org/a")
        #expect(try await client.get("/v1/models/org%2Fa").json["id"] == "org/a")
        #expect(try await client.get("/v1/models/c").status == 404)
        #expect(try await client.post("/v1/completions", #"{"prompt":"x","model":"b"}"#).json["model"] == "b")
        #expect(try await client.post("/v1/completions", #"{"prompt":"x","model":"fake"}"#).status == 404)
    }

    @Test func versionPingAndHealthAnswer() async throws {
        let client = InProcessClient(FakeEngine()) { $0.version = "9.9" }
        #expect(try await client.get("/version").json == ["version": "9.9"])
        #expect(try await client.get("/ping").status == 200)
        #expect(try await client.send(.post, "/ping").status == 200)
        #expect(try await client.get("/health").status == 200)
    }

    @Test func whileLoadingEverythingIsUnavailable() async throws {
        let client = InProcessClient(nil)
        for path in ["/health", "/v1/models", "/metrics", "/ping"] {
            let answer = try await client.get(path)
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "2")
        }
        #expect(try await client.post("/v1/completions", #"{"prompt":"x"}"#).json["error"]?["code"] == "model_loading")
        try client.slot.fill([FakeEngine()], modelNames: [])
        #expect(try await client.get("/health").status == 200)
    }

    @Test func healthFailsWhenRequestsRunButNoStepIsMade() async throws {
        let engine = FakeEngine()
        let client = InProcessClient(engine)
        var statistics = EngineStatistics()
        statistics.lastStep = .now - .seconds(61)
        engine.load = statistics
        #expect(try await client.get("/health").status == 200)
        statistics.numRunning = 1
        engine.load = statistics
        let stalled = try await client.get("/health")
        #expect(stalled.status == 503)
        #expect(stalled.json["error"]?["code"] == "engine_stalled")
        statistics.lastStep = .now
        engine.load = statistics
        #expect(try await client.get("/health").status == 200)
    }

    @Test func textsAndConversationsAreTokenized() async throws {
        let client = InProcessClient(FakeEngine())
        let text = try await client.post("/tokenize", #"{"prompt":"ab","return_token_strs":true}"#).json
        #expect(
            text == ["count": 3, "max_model_len": 1000, "tokens": [1, 97, 98], "token_strs": ["<1>", "<97>", "<98>"]])
        let plain = try await client.post("/tokenize", #"{"prompt":"ab","add_special_tokens":false}"#).json
        #expect(plain["tokens"] == [97, 98])
        #expect(plain["token_strs"] == .null)
        let chat = try await client.post(
            "/tokenize", #"{"messages":[{"role":"user","content":"x"}],"add_generation_prompt":false}"#)
        #expect(chat.json["count"]?.intValue == "user: x\n".utf8.count)
        #expect(chat.headers[.ignoredFields] == nil)
        #expect(try await client.post("/tokenize", "{}").status == 400)
    }

    @Test func tokensBecomeText() async throws {
        let client = InProcessClient(FakeEngine())
        #expect(try await client.post("/detokenize", #"{"tokens":[97,98]}"#).json == ["prompt": "ab"])
        #expect(try await client.post("/detokenize", #"{"tokens":[999]}"#).status == 400)
        #expect(try await client.post("/detokenize", #"{"tokens":["a"]}"#).status == 400)
        #expect(try await client.post("/detokenize", "{}").json["error"]?["param"] == "tokens")
    }

    @Test func metricsShowWhatHappened() async throws {
        let engine = FakeEngine(name: "m\"1")
        let client = InProcessClient(engine)
        var statistics = EngineStatistics()
        statistics.numRunning = 3
        statistics.kvCacheUsage = 0.25
        engine.load = statistics
        _ = try await client.post("/v1/completions", #"{"prompt":"abc","n":2,"max_tokens":8}"#)
        let text = try await client.get("/metrics").text
        let labels = #"model_name="m\"1",engine="0""#
        for line in [
            "# TYPE vllm:num_requests_running gauge", "vllm:num_requests_running{\(labels)} 3.0",
            "vllm:kv_cache_usage_perc{\(labels)} 0.25", "vllm:prompt_tokens_total{\(labels)} 3.0",
            "vllm:generation_tokens_total{\(labels)} 10.0",
            "vllm:request_success_total{\(labels),finished_reason=\"stop\"} 2.0",
            "# TYPE vllm:time_to_first_token_seconds histogram",
            "vllm:time_to_first_token_seconds_count{\(labels)} 2.0",
            "vllm:inter_token_latency_seconds_count{\(labels)} 4.0",
            "vllm:request_queue_time_seconds_bucket{\(labels),le=\"0.3\"} 2.0",
            "vllm:e2e_request_latency_seconds_bucket{\(labels),le=\"+Inf\"} 2.0",
            "vllm:request_params_n_sum{\(labels)} 2.0", "vllm:request_params_max_tokens_sum{\(labels)} 8.0",
            "vllm:iteration_tokens_total_bucket{\(labels),le=\"8.0\"} 0.0",
            "vllm:cache_config_info{\(labels),block_size=\"16\",num_gpu_blocks=\"7\",cache_dtype=\"auto\","
                + "enable_prefix_caching=\"True\"} 1.0",
        ] { #expect(text.contains(line + "\n"), "missing: \(line)") }
        #expect(text.contains("\nprocess_resident_memory_bytes "))
    }

    @Test func bucketsGrowByOneTwoFive() {
        #expect(MetricBuckets.oneTwoFive(upTo: 100) == [1, 2, 5, 10, 20, 50, 100])
        #expect(MetricBuckets.oneTwoFive(upTo: 99) == [1, 2, 5, 10, 20, 50])
    }

    @Test func datesAreInHTTPsForm() {
        #expect(HTTPDate.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
