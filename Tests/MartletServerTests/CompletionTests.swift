import Martlet
import MartletEngine
import MartletJSON
import Testing

@testable import MartletServer

@Suite struct CompletionTests {
    @Test func anAnswerHasOpenAIsShape() async throws {
        let engine = FakeEngine { _ in .texts(["Hel", "lo"], .length) }
        let json = try await InProcessClient(engine).post("/v1/completions", #"{"prompt":"Say"}"#).json
        #expect(json["id"]?.stringValue?.hasPrefix("cmpl-") == true)
        #expect(json["object"] == "text_completion")
        let choice: JSONValue = [
            "index": 0, "text": "Hello", "logprobs": nil, "finish_reason": "length", "stop_reason": nil,
            "prompt_logprobs": nil,
        ]
        #expect(json["choices"] == [choice])
        #expect(json["usage"]?["prompt_tokens"] == 3)
        #expect(engine.requests.first?.addSpecialTokens == true)
        #expect(engine.requests.first?.sampling.maxTokens == 16)
    }

    @Test func aStreamIsByteForByteWhatClientsParse() async throws {
        let answer = try await InProcessClient(FakeEngine()).post(
            "/v1/completions", #"{"prompt":"Say","stream":true,"request_id":"r"}"#)
        let created = answer.chunks.first?["created"]?.intValue ?? 0
        let head = #"{"id":"cmpl-r","object":"text_completion","created":\#(created),"model":"fake","choices":["#
        let expected = [
            head + #"{"index":0,"text":"Hel","logprobs":null,"finish_reason":null,"stop_reason":null}]}"#,
            head + #"{"index":0,"text":"lo","logprobs":null,"finish_reason":"stop","stop_reason":null}]}"#, "[DONE]",
        ]
        #expect(answer.text == expected.map { "data: \($0)\n\n" }.joined())
    }

    @Test(arguments: [
        (#""abc""#, [GenerationRequest.Prompt.text("abc")]), (#"["a","b"]"#, [.text("a"), .text("b")]),
        ("[1,2]", [.tokenIDs([1, 2])]), ("[[1],[2,3]]", [.tokenIDs([1]), .tokenIDs([2, 3])]),
        (#"["a",[2]]"#, [.text("a"), .tokenIDs([2])]),
    ])
    func promptsComeInFourForms(prompt: String, expected: [GenerationRequest.Prompt]) async throws {
        let engine = FakeEngine()
        let json = try await InProcessClient(engine).post("/v1/completions", #"{"prompt":\#(prompt),"n":2}"#).json
        #expect(engine.requests.map(\.prompt) == expected)
        let indices = json["choices"]?.arrayValue?.map { $0["index"]?.intValue }
        #expect(indices == (0..<(expected.count * 2)).map { $0 })
        #expect(json["usage"]?["completion_tokens"]?.intValue == expected.count * 10)
    }

    @Test(arguments: ["5", "[]", "[true]", "[[]]", "[1,-2]", "[1,\"a\"]", "[[1.5]]", "{}"])
    func otherPromptsAreRefused(prompt: String) async throws {
        let answer = try await InProcessClient(FakeEngine()).post("/v1/completions", #"{"prompt":\#(prompt)}"#)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["param"] == "prompt")
    }

    @Test func severalPromptsStreamUnderTheirOwnIndex() async throws {
        let answer = try await InProcessClient(FakeEngine()).post(
            "/v1/completions", #"{"prompt":["a","b","c"],"stream":true,"stream_options":{"include_usage":true}}"#)
        for index in 0..<3 {
            let choices = answer.chunks.compactMap { $0["choices"]?[0] }.filter { $0["index"]?.intValue == index }
            #expect(choices.compactMap { $0["text"]?.stringValue }.joined() == "Hello")
        }
        #expect(answer.chunks.last?["usage"]?["total_tokens"] == 18)
    }

    @Test func legacyLogprobsCarryOffsetsAndAlternatives() async throws {
        let engine = FakeEngine { _ in .texts(["a", "bc"], .length) }
        let answer = try await InProcessClient(engine).post("/v1/completions", #"{"prompt":"x","logprobs":2}"#)
        let expected: JSONValue = [
            "text_offset": [0, 1, 2], "token_logprobs": [-0.5, -0.5, -0.5], "tokens": ["a", "b", "c"],
            "top_logprobs": [["a": -0.5, "b": -1.5], ["b": -0.5, "c": -1.5], ["c": -0.5, "d": -1.5]],
        ]
        #expect(answer.json["choices"]?[0]?["logprobs"] == expected)
    }

    @Test func streamedOffsetsGoOnWhereTheLastChunkEnded() async throws {
        let engine = FakeEngine { _ in .texts(["a", "bc"], .length) }
        let answer = try await InProcessClient(engine).post(
            "/v1/completions", #"{"prompt":"xy","logprobs":0,"stream":true,"echo":true}"#)
        let offsets = answer.chunks.map { $0["choices"]?[0]?["logprobs"]?["text_offset"] }
        #expect(offsets == [[0, 1, 2], [3, 4]])
        #expect(answer.chunks.first?["choices"]?[0]?["text"] == "xya")
    }

    @Test func echoPutsThePromptAndItsLogprobsFirst() async throws {
        let engine = FakeEngine { _ in .texts(["c"], .length) }
        let answer = try await InProcessClient(engine).post(
            "/v1/completions", #"{"prompt":[97,98],"logprobs":1,"echo":true,"max_tokens":1,"temperature":0}"#)
        let choice = answer.json["choices"]?[0]
        #expect(choice?["text"] == "abc")
        #expect(choice?["logprobs"]?["tokens"] == ["a", "b", "c"])
        #expect(choice?["logprobs"]?["token_logprobs"] == [nil, -0.5, -0.5])
        #expect(choice?["logprobs"]?["top_logprobs"]?[0] == .null)
        #expect(engine.requests.first?.promptLogprobs == 1)
    }

    @Test func echoWithNoTokensGivesThePromptAlone() async throws {
        let engine = FakeEngine { _ in .texts(["c"], .length) }
        let client = InProcessClient(engine)
        let body = #""prompt":"ab","logprobs":1,"echo":true,"max_tokens":0"#
        let whole = try await client.post("/v1/completions", "{\(body)}").json
        #expect(whole["choices"]?[0]?["text"] == "ab")
        #expect(whole["choices"]?[0]?["logprobs"]?["tokens"] == ["a", "b"])
        #expect(whole["usage"]?["completion_tokens"] == 0)
        #expect(engine.requests.first?.sampling.maxTokens == 1)
        let streamed = try await client.post("/v1/completions", #"{\#(body),"stream":true}"#)
        #expect(streamed.chunks.compactMap { $0["choices"]?[0]?["text"]?.stringValue }.joined() == "ab")
    }

    @Test func promptLogprobsAreMapsOfIDs() async throws {
        let answer = try await InProcessClient(FakeEngine()).post(
            "/v1/completions", #"{"prompt":"ab","prompt_logprobs":1}"#)
        let expected: JSONValue = [nil, ["98": ["logprob": -0.5, "rank": 1, "decoded_token": "b"]]]
        #expect(answer.json["choices"]?[0]?["prompt_logprobs"] == expected)
    }

    @Test(arguments: [
        (#""suffix":"x""#, "suffix"), (#""best_of":3,"n":2"#, "best_of"), (#""logprobs":21"#, "logprobs"),
        (#""logprobs":true"#, "logprobs"), (#""prompt_embeds":"x""#, "prompt_embeds"), (#""n":129"#, "n"),
    ])
    func whatCannotBeServedIsRefusedByName(field: String, param: String) async throws {
        let answer = try await InProcessClient(FakeEngine()).post("/v1/completions", #"{"prompt":"x",\#(field)}"#)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["param"]?.stringValue == param)
    }

    @Test func tooManyOutputsInAllAreRefused() async throws {
        let engine = FakeEngine()
        let answer = try await InProcessClient(engine).post("/v1/completions", #"{"prompt":["a","b"],"n":65}"#)
        #expect(answer.status == 400)
        #expect(engine.counts.started == 0)
    }

    @Test func aRefusalOfALaterPromptTakesBackTheEarlierOnes() async throws {
        let engine = FakeEngine { request in
            request.prompt == .text("bad") ? .refused(.invalidRequest(param: "prompt", message: "bad")) : .stuckAfter(0)
        }
        let answer = try await InProcessClient(engine).post("/v1/completions", #"{"prompt":["a","b","bad"]}"#)
        #expect(answer.status == 400)
        await engine.wait { $0.running == 0 }
        #expect(engine.counts.cancelled == 2)
    }
}
