import HTTPTypes
import Martlet
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct ChatCompletionTests {
    private static let hello = #""messages":[{"role":"user","content":"Hi"}]"#

    @Test func anAnswerHasOpenAIsShape() async throws {
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", "{\(Self.hello)}")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/json")
        let json = answer.json
        #expect(json["id"]?.stringValue?.hasPrefix("chatcmpl-") == true)
        #expect(json["object"] == "chat.completion")
        #expect(json["model"] == "fake")
        #expect(json["choices"]?.arrayValue?.count == 1)
        let choice = json["choices"]?[0]
        #expect(choice?["message"] == ["role": "assistant", "content": "Hello", "refusal": nil])
        #expect(choice?["finish_reason"] == "stop")
        #expect(choice?["logprobs"] == .null)
        let usage: JSONValue = [
            "prompt_tokens": 19, "total_tokens": 24, "completion_tokens": 5,
            "prompt_tokens_details": ["cached_tokens": 2],
        ]
        #expect(json["usage"] == usage)
    }

    @Test func aStreamIsByteForByteWhatClientsParse() async throws {
        let body = #"{\#(Self.hello),"stream":true,"stream_options":{"include_usage":true},"request_id":"r1"}"#
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", body)
        #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
        #expect(answer.headers[.cacheControl] == "no-cache")
        #expect(answer.headers[.accelBuffering] == "no")
        let created = answer.chunks.first?["created"]?.intValue ?? 0
        let head =
            #"{"id":"chatcmpl-r1","object":"chat.completion.chunk","created":\#(created),"model":"fake","choices":["#
        let expected = [
            head + #"{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}"#,
            head + #"{"index":0,"delta":{"content":"Hel"},"logprobs":null,"finish_reason":null}]}"#,
            head
                + #"{"index":0,"delta":{"content":"lo"},"logprobs":null,"finish_reason":"stop","stop_reason":null}]}"#,
            head
                + #"],"usage":{"prompt_tokens":19,"total_tokens":24,"completion_tokens":5,"#
                + #""prompt_tokens_details":{"cached_tokens":2}}}"#,
            "[DONE]",
        ]
        #expect(answer.text == expected.map { "data: \($0)\n\n" }.joined())
    }

    @Test func withoutIncludeUsageNoUsageIsSent() async throws {
        let answer = try await InProcessClient(FakeEngine()).post(
            "/v1/chat/completions", #"{\#(Self.hello),"stream":true}"#)
        #expect(!answer.text.contains("usage"))
        #expect(answer.events.last == "[DONE]")
    }

    @Test func continuousUsageCountsUpInEveryChunk() async throws {
        let answer = try await InProcessClient(FakeEngine()).post(
            "/v1/chat/completions",
            #"{\#(Self.hello),"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}"#)
        #expect(answer.chunks.map { $0["usage"]?["completion_tokens"]?.intValue } == [0, 3, 5, 5])
    }

    @Test func severalChoicesEachGetTheirRoleAndText() async throws {
        let client = InProcessClient(FakeEngine())
        let whole = try await client.post("/v1/chat/completions", #"{\#(Self.hello),"n":2}"#).json
        #expect(whole["choices"]?.arrayValue?.map { $0["index"]?.intValue } == [0, 1])
        #expect(whole["choices"]?.arrayValue?.map { $0["message"]?["content"] } == ["Hello", "Hello"])
        #expect(whole["usage"]?["completion_tokens"] == 10)
        #expect(whole["usage"]?["prompt_tokens"] == 19)
        let streamed = try await client.post("/v1/chat/completions", #"{\#(Self.hello),"n":2,"stream":true}"#)
        for index in 0...1 {
            let deltas = streamed.chunks.compactMap { $0["choices"]?[0] }.filter { $0["index"]?.intValue == index }
            #expect(deltas.first?["delta"]?["role"] == "assistant")
            #expect(deltas.compactMap { $0["delta"]?["content"]?.stringValue }.joined() == "Hello")
            #expect(deltas.last?["finish_reason"] == "stop")
        }
    }

    @Test func logprobsNameTokensBytesAndAlternatives() async throws {
        let engine = FakeEngine { _ in .texts(["a"], .length) }
        let answer = try await InProcessClient(engine).post(
            "/v1/chat/completions", #"{\#(Self.hello),"logprobs":true,"top_logprobs":2}"#)
        let expected: JSONValue = [
            "content": [
                [
                    "token": "a", "logprob": -0.5, "bytes": [97],
                    "top_logprobs": [
                        ["token": "a", "logprob": -0.5, "bytes": [97]],
                        ["token": "b", "logprob": -1.5, "bytes": [98]],
                    ],
                ]
            ]
        ]
        #expect(answer.json["choices"]?[0]?["logprobs"] == expected)
        #expect(engine.requests.first?.logprobs == 2)
    }

    @Test func tokenIDsComeWhenAskedFor() async throws {
        let client = InProcessClient(FakeEngine { _ in .texts(["a"], .length) })
        let body = #"{\#(Self.hello),"return_token_ids":true,"logprobs":true,"return_tokens_as_token_ids":true}"#
        let json = try await client.post("/v1/chat/completions", body).json
        #expect(json["choices"]?[0]?["token_ids"] == [97])
        #expect(json["prompt_token_ids"]?.arrayValue?.count == 19)
        #expect(json["choices"]?[0]?["logprobs"]?["content"]?[0]?["token"] == "token_id:97")
    }

    @Test func samplingFieldsReachTheEngine() async throws {
        let engine = FakeEngine()
        let body = #"""
            {"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
             "model":"fake","temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.1,"repetition_penalty":1.1,
             "presence_penalty":0.2,"frequency_penalty":0.3,"max_tokens":7,"max_completion_tokens":9,"min_tokens":2,
             "seed":3,"stop":["x","y"],"stop_token_ids":[5],"include_stop_str_in_output":true,"ignore_eos":true,
             "skip_special_tokens":false,"logit_bias":{"12":-100},"priority":4,"cache_salt":"s",
             "chat_template_kwargs":{"enable_thinking":false},"reasoning_effort":"low","top_logprobs":0}
            """#
        let answer = try await InProcessClient(engine).post("/v1/chat/completions", body)
        #expect(answer.status == 200)
        #expect(answer.headers[.ignoredFields] == nil)
        let request = try #require(engine.requests.first)
        #expect(request.prompt == .text("user: a\nb\nassistant:"))
        #expect(request.addSpecialTokens == false)
        var sampling = SamplingOverrides()
        sampling.temperature = 0.5
        sampling.topP = 0.9
        sampling.topK = 40
        sampling.minP = 0.1
        sampling.repetitionPenalty = 1.1
        sampling.presencePenalty = 0.2
        sampling.frequencyPenalty = 0.3
        sampling.maxTokens = 9
        sampling.minTokens = 2
        sampling.seed = 3
        sampling.stopTokenIDs = [5]
        sampling.ignoreEOS = true
        sampling.logitBias = [12: -100]
        #expect(request.sampling == sampling)
        #expect(request.stop == ["x", "y"])
        #expect(request.includeStopStringInOutput)
        #expect(request.skipSpecialTokens == false)
        #expect(request.priority == 4)
        #expect(request.cacheSalt == "s")
        #expect(engine.chats.first?.templateVariables["enable_thinking"] == false)
        #expect(engine.chats.first?.templateVariables["reasoning_effort"] == "low")
    }

    @Test func nullMeansAbsent() async throws {
        let engine = FakeEngine()
        let body = #"{\#(Self.hello),"temperature":null,"max_tokens":null,"stop":null,"n":null,"stream":null}"#
        #expect(try await InProcessClient(engine).post("/v1/chat/completions", body).status == 200)
        #expect(engine.requests.first?.sampling == SamplingOverrides())
        #expect(engine.requests.first?.n == 1)
    }

    @Test(arguments: [
        (#""tools":[{"type":"function","function":{"name":""}}]"#, "tools[0].function.name"),
        (#""tools":[{"type":"web_search"}]"#, "tools[0].type"),
        (#""tools":[{"type":"function","function":{"name":"f","parameters":1}}]"#, "tools[0].function.parameters"),
        (#""functions":[{"name":"f"}]"#, "functions"), (#""parallel_tool_calls":"no""#, "parallel_tool_calls"),
        (#""tools":[{"type":"function","function":{"name":"f","strict":1}}]"#, "tools[0].function.strict"),
        (#""tools":[]"#, "tools"), (#""use_beam_search":true"#, "use_beam_search"),
        (#""best_of":2"#, "best_of"), (#""bad_words":["x"]"#, "bad_words"),
        (#""modalities":["text","audio"]"#, "modalities"), (#""chat_template":"{{x}}""#, "chat_template"),
        (#""thinking_token_budget":5"#, "thinking_token_budget"), (#""temperature":"hot""#, "temperature"),
        (#""max_tokens":1.5"#, "max_tokens"), (#""stop":[1]"#, "stop"), (#""stop":"""#, "stop"),
        (#""n":0"#, "n"), (#""n":100000"#, "n"), (#""top_logprobs":3"#, "top_logprobs"),
        (#""logprobs":true,"top_logprobs":99"#, "top_logprobs"), (#""logit_bias":{"a":1}"#, "logit_bias"),
        (#""stream_options":{"include_usage":true}"#, "stream_options"), (#""stream":1"#, "stream"),
        (#""continue_final_message":true,"add_generation_prompt":true"#, "continue_final_message"),
        (#""cache_salt":"""#, "cache_salt"), (#""request_id":"a b""#, "request_id"),
        (#""stop":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"]"#, "stop"),
        (#""stream":true,"prompt_logprobs":1"#, "prompt_logprobs"),
    ])
    func whatCannotBeServedIsRefusedByName(field: String, param: String) async throws {
        let engine = FakeEngine()
        let answer = try await InProcessClient(engine).post("/v1/chat/completions", "{\(Self.hello),\(field)}")
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["param"]?.stringValue == param)
        #expect(answer.json["error"]?["type"] == "invalid_request_error")
        #expect(engine.counts.started == 0)
    }

    @Test(arguments: [
        #""response_format":{"type":"text"}"#, #""tools":null"#, #""tool_choice":"none""#,
        #""best_of":1"#, #""use_beam_search":false"#, #""length_penalty":1"#, #""modalities":["text"]"#,
        #""user":"u","metadata":{"a":"b"},"store":false,"service_tier":"auto","parallel_tool_calls":true"#,
        #""safety_identifier":"x","prompt_cache_key":"y""#, #""structured_outputs":null"#,
    ])
    func neutralValuesAreAcceptedQuietly(field: String) async throws {
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", "{\(Self.hello),\(field)}")
        #expect(answer.status == 200)
        #expect(answer.headers[.ignoredFields] == nil)
    }

    @Test func unknownFieldsAreNamedInAHeader() async throws {
        let answer = try await InProcessClient(FakeEngine()).post(
            "/v1/chat/completions",
            #"{\#(Self.hello),"foo":1,"b r":2,"stream":true,"stream_options":{"bar":3}}"#)
        #expect(answer.status == 200)
        #expect(answer.headers[.ignoredFields] == "foo, b?r, stream_options.bar")
    }

    @Test(arguments: [
        (#"{}"#, "messages"), (#"{"messages":[]}"#, "messages"), (#"{"messages":"x"}"#, "messages"),
        (#"{"messages":["x"]}"#, "messages[0]"), (#"{"messages":[{"content":"x"}]}"#, "messages[0].role"),
        (#"{"messages":[{"role":"user","content":5}]}"#, "messages[0].content"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}"#,
            "messages[0].content[0].type"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages[0].content[0].text"),
    ])
    func brokenMessagesAreRefusedWithTheirPlace(body: String, param: String) async throws {
        let answer = try await InProcessClient(FakeEngine()).post("/v1/chat/completions", body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["param"]?.stringValue == param)
    }

    @Test func echoRepeatsTheAssistantsOwnLastMessage() async throws {
        let engine = FakeEngine()
        let client = InProcessClient(engine)
        let body = #"""
            "messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well, "}],
            "continue_final_message":true,"echo":true
            """#
        let whole = try await client.post("/v1/chat/completions", "{\(body)}").json
        #expect(whole["choices"]?[0]?["message"]?["content"] == "Well, Hello")
        #expect(engine.chats.first?.continueFinalMessage == true)
        #expect(engine.chats.first?.addGenerationPrompt == false)
        let streamed = try await client.post("/v1/chat/completions", #"{\#(body),"stream":true}"#)
        let text = streamed.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.stringValue }.joined()
        #expect(text == "Well, Hello")
    }

    @Test func stopReasonsAreReported() async throws {
        var event = GenerationEvent(index: 0)
        event.text = "a"
        event.tokenIDs = [97]
        event.finishReason = .stop
        event.stopReason = .string("###")
        let byString = FakeEngine { [event] _ in .events([event]) }
        let first = try await InProcessClient(byString).post("/v1/chat/completions", "{\(Self.hello)}").json
        #expect(first["choices"]?[0]?["stop_reason"] == "###")
        event.stopReason = .tokenID(7)
        let byToken = FakeEngine { [event] _ in .events([event]) }
        let second = try await InProcessClient(byToken).post("/v1/chat/completions", "{\(Self.hello)}").json
        #expect(second["choices"]?[0]?["stop_reason"] == 7)
    }

    @Test func promptsCanBeCutFromTheLeft() async throws {
        let engine = FakeEngine()
        _ = try await InProcessClient(engine).post(
            "/v1/chat/completions", #"{\#(Self.hello),"truncate_prompt_tokens":4}"#)
        #expect(engine.requests.first?.prompt == .tokenIDs("ant:".utf8.map { Int32($0) }))
    }
}
