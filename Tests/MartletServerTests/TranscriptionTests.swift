import HTTPTypes
import HummingbirdCore
import Martlet
import MartletJSON
import NIOCore
import Testing

@testable import MartletServer

@Suite(.timeLimit(.minutes(2))) struct TranscriptionTests {
    private static let text = "Hello there. General --> Kenobi!"

    @Test func jsonHasOpenAIsShape() async throws {
        let engine = FakeTranscriber()
        let answer = try await InProcessClient(engine).upload([("model", "whisper")])
        #expect(answer.status == 200)
        #expect(answer.json == ["text": .string(Self.text), "usage": ["type": "duration", "seconds": 3663]])
        let file = try #require(engine.files.first)
        #expect(file.bytes == Array("RIFF".utf8) && file.name == "a.wav" && !file.isOnDisk)
        #expect(file.options == TranscriptionOptions())
        #expect(answer.headers[.ignoredFields] == nil)
    }

    @Test func verboseJSONHasOpenAIsShape() async throws {
        let answer = try await InProcessClient(FakeTranscriber()).upload([("response_format", "verbose_json")])
        let json = answer.json
        #expect(json["task"] == "transcribe" && json["language"] == "german" && json["duration"] == 3662.5)
        // The same as without details.
        #expect(json["text"]?.stringValue == Self.text)
        #expect(
            json["segments"]?[0] == [
                "id": 0, "seek": 0, "start": 0.0, "end": 1.5, "text": " Hello there.",
                "tokens": [50364, 2425, 456, 13, 50439], "temperature": 0.0, "avg_logprob": -0.25,
                "compression_ratio": 0.75, "no_speech_prob": 0.125,
            ])
        #expect(json["segments"]?[1]?["temperature"] == 0.5 && json["words"] == nil)
        #expect(json["usage"]?["seconds"] == 3663)
    }

    @Test func wordsComeWhenAskedFor() async throws {
        let engine = FakeTranscriber()
        let client = InProcessClient(engine)
        let fields = [("response_format", "verbose_json"), ("timestamp_granularities[]", "word")]
        let words = try await client.upload(fields).json
        #expect(words["words"]?[1] == ["word": "there.", "start": 0.5, "end": 1.25])
        #expect(words["segments"] == nil)
        let both = try await client.upload(fields + [("timestamp_granularities[]", "segment")]).json
        #expect(both["words"]?.arrayValue?.count == 3 && both["segments"]?.arrayValue?.count == 2)
        #expect(engine.files.map(\.options.wordTimestamps) == [true, true])
    }

    @Test func plainFormatsAreOpenAIWhispers() async throws {
        let client = InProcessClient(FakeTranscriber())
        let text = try await client.upload([("response_format", "text")])
        #expect(text.text == Self.text + "\n" && text.headers[.contentType] == "text/plain; charset=utf-8")
        let srt = try await client.upload([("response_format", "srt")])
        #expect(
            srt.text == """
                1
                00:00:00,250 --> 00:00:01,250
                Hello there.

                2
                01:01:01,250 --> 01:01:02,000
                General -> Kenobi!


                """)
        let vtt = try await client.upload([("response_format", "vtt")])
        #expect(
            vtt.text == """
                WEBVTT

                00:00.250 --> 00:01.250
                Hello there.

                01:01:01.250 --> 01:01:02.000
                General -> Kenobi!


                """)
    }

    @Test func translationsHaveNoUsage() async throws {
        let engine = FakeTranscriber()
        let client = InProcessClient(engine)
        let answer = try await client.upload([], to: "/v1/audio/translations")
        #expect(answer.json == ["text": .string(Self.text)])
        #expect(engine.files[0].options.task == .translate)
        let verbose = try await client.upload([("response_format", "verbose_json")], to: "/v1/audio/translations")
        #expect(verbose.json["task"] == "translate" && verbose.json["language"] == "english")
    }

    @Test func streamsServeOpenAIsClientsAndVLLMs() async throws {
        let answer = try await InProcessClient(FakeTranscriber()).upload([("stream", "true")])
        #expect(answer.events.last == "[DONE]" && answer.chunks.count == 3)
        for chunk in answer.chunks {
            #expect(chunk["object"] == "transcription.chunk" && chunk["model"] == "whisper")
            #expect(chunk["id"]?.stringValue?.hasPrefix("trsc-") == true)
        }
        #expect(answer.chunks.map { $0["type"]?.stringValue }.prefix(2).allSatisfy { $0 == "transcript.text.delta" })
        let deltas = answer.chunks.compactMap { $0["delta"]?.stringValue }
        #expect(deltas == ["Hello there.", " General --> Kenobi!"])
        #expect(answer.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.stringValue } == deltas + [""])
        let done = answer.chunks[2]
        #expect(done["type"] == "transcript.text.done" && done["text"]?.stringValue == Self.text)
        #expect(done["choices"]?[0]?["finish_reason"] == "stop")
        #expect(done["usage"]?["input_tokens"] == 366258 && done["usage"]?["completion_tokens"] == 7)
    }

    @Test func usageComesInAChunkWithoutChoicesWhenAskedFor() async throws {
        let answer = try await InProcessClient(FakeTranscriber()).upload(
            [("stream", "1"), ("stream_include_usage", "true"), ("stream_continuous_usage_stats", "true")],
            to: "/v1/audio/translations")
        #expect(answer.chunks.count == 4)
        #expect(answer.chunks.allSatisfy { $0["object"] == "translation.chunk" })
        #expect(answer.chunks[0]["usage"]?["completion_tokens"] == 5)
        #expect(answer.chunks[2]["choices"]?[0]?["finish_reason"] == "stop" && answer.chunks[2]["usage"] == nil)
        #expect(answer.chunks[3]["choices"] == [] && answer.chunks[3]["usage"]?["prompt_tokens"] == 366258)
    }

    @Test func optionsReachTheModel() async throws {
        let engine = FakeTranscriber()
        let answer = try await InProcessClient(engine).upload([
            ("language", "German"), ("prompt", "Names: é"), ("hotwords", "Kenobi"), ("temperature", "0.5"),
            ("best_of", "2"), ("compression_ratio_threshold", "none"), ("log_prob_threshold", "-2"),
            ("no_speech_threshold", "0.75"), ("condition_on_previous_text", "true"), ("without_timestamps", "true"),
            ("word_timestamps", "1"), ("max_initial_timestamp", "2"), ("suppress_tokens", "-1,5"),
            ("suppress_blank", "false"), ("vad_filter", "false"), ("top_p", "0.5"), ("top_k", "-1"), ("min_p", "0.25"),
            ("repetition_penalty", "1.5"), ("presence_penalty", "0.5"), ("frequency_penalty", "-0.5"), ("seed", "-1"),
            ("max_completion_tokens", "9"), ("beam_size", "1"), ("n", "1"), ("stream", "false"), ("what", "else"),
        ])
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.headers[.ignoredFields] == "what")
        var expected = TranscriptionOptions()
        expected.language = "de"
        expected.initialPrompt = "Names: é"
        expected.hotwords = "Kenobi"
        expected.temperatures = [0.5]
        expected.bestOf = 2
        expected.compressionRatioThreshold = nil
        expected.logprobThreshold = -2
        expected.noSpeechThreshold = 0.75
        expected.conditionOnPreviousText = true
        expected.timestamps = false
        expected.wordTimestamps = true
        expected.maxInitialTimestamp = 2
        expected.suppressTokens = [-1, 5]
        expected.suppressBlank = false
        expected.vadFilter = false
        expected.topP = 0.5
        expected.minP = 0.25
        expected.repetitionPenalty = 1.5
        expected.presencePenalty = 0.5
        expected.frequencyPenalty = -0.5
        expected.seed = .max
        expected.maxTokensPerWindow = 9
        #expect(engine.files.first?.options == expected)
    }

    @Test(
        arguments: [
            ([("temperature", "0")], [0, 0.2, 0.4, 0.6, 0.8, 1]), ([("temperature", "[0]")], [0]),
            ([("temperature", "0"), ("temperature", "0.5")], [0, 0.5]), ([("temperature[]", "0")], [0]),
        ] as [([(String, String)], [Float])])
    func temperatureZeroFallsBackButAListIsTakenAsItIs(fields: [(String, String)], temperatures: [Float]) async throws {
        let engine = FakeTranscriber()
        _ = try await InProcessClient(engine).upload(fields)
        #expect(engine.files.first?.options.temperatures == temperatures)
    }

    @Test func chunkingStrategiesComeInThreeForms() async throws {
        let engine = FakeTranscriber()
        let client = InProcessClient(engine)
        _ = try await client.upload([("chunking_strategy", "auto")])
        _ = try await client.upload([
            ("chunking_strategy[type]", "server_vad"), ("chunking_strategy[threshold]", "0.25"),
            ("chunking_strategy[silence_duration_ms]", "500"), ("chunking_strategy[prefix_padding_ms]", "300"),
        ])
        _ = try await client.upload([("chunking_strategy", #"{"type":"server_vad","threshold":0.75}"#)])
        #expect(engine.files.map(\.options.vadThreshold) == [nil, 0.25, 0.75])
        #expect(engine.files.map(\.options.vadMinSilenceDuration) == [nil, 0.5, nil])
        #expect(engine.files.map(\.options.vadSpeechPad) == [nil, 0.3, nil])
        #expect(engine.files.map(\.options.vadFilter) == [true, true, true])
    }

    @Test(
        arguments: [
            ([("model", "other")], 404, "model", "other"),
            ([("response_format", "xml")], 400, "response_format", "`vtt`"),
            ([("response_format", "diarized_json")], 400, "response_format", "Currently do not support diarized_json"),
            ([("stream", "true"), ("response_format", "verbose_json")], 400, "response_format", "streaming case"),
            ([("stream", "true"), ("response_format", "srt")], 400, "response_format", "streaming case"),
            ([("stream_include_usage", "true")], 400, "stream_include_usage", "`stream=True`"),
            ([("language", "xx")], 400, "language", "Unsupported language: 'xx'.  Must be one of ['en', 'de']."),
            ([("to_language", "de")], 400, "to_language", "not supported"),
            ([("timestamp_granularities[]", "word")], 400, "timestamp_granularities[]", "verbose_json"),
            ([("timestamp_granularities[]", "letter")], 400, "timestamp_granularities[]", "word or segment"),
            ([("temperature", "3")], 400, "temperature", "from 0.0 to 2.0"),
            ([("temperature", "hot")], 400, "temperature", "number"),
            ([("use_beam_search", "true")], 400, "use_beam_search", "not supported"),
            ([("beam_size", "5")], 400, "beam_size", "accepted: 1"), ([("n", "2")], 400, "n", "accepted: 1"),
            ([("length_penalty", "2")], 400, "length_penalty", "accepted: 1"),
            ([("include[]", "logprobs")], 400, "include", "not supported"),
            ([("clip_timestamps", "0,10")], 400, "clip_timestamps", "accepted: 0"),
            ([("no_repeat_ngram_size", "3")], 400, "no_repeat_ngram_size", "not supported"),
            ([("vllm_xargs", "{\"a\":1}")], 400, "vllm_xargs", "accepted: {}"),
            ([("chunking_strategy", "often")], 400, "chunking_strategy", "auto"),
            ([("chunking_strategy", "{\"threshold\":0.5}")], 400, "chunking_strategy.type", "required"),
            ([("logprob_threshold", "-1"), ("log_prob_threshold", "-2")], 400, "log_prob_threshold", "another name"),
            ([("suppress_tokens", "a")], 400, "suppress_tokens", "token ids"),
            ([("model", "a"), ("model", "b")], 400, "model", "2 times"),
            ([("top_p", "0")], 400, "top_p", "larger than 0"),
            ([("max_completion_tokens", "0")], 400, "max_completion_tokens", "at least 1"),
        ] as [([(String, String)], Int, String, String)])
    func wrongFieldsAreNamed(
        fields: [(String, String)], status: Int, param: String, message: String
    ) async throws {
        let engine = FakeTranscriber()
        let answer = try await InProcessClient(engine).upload(fields)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.json["error"]?["param"]?.stringValue == param)
        #expect(answer.json["error"]?["message"]?.stringValue?.contains(message) == true, "\(answer.text)")
        #expect(engine.files.isEmpty)
    }

    @Test func aFileMustBeAFile() async throws {
        let client = InProcessClient(FakeTranscriber())
        let text = try await client.upload([("file", "abc")], file: nil)
        #expect(text.status == 422)
        #expect(text.json["error"]?["message"] == "Expected 'file' to be a file-like object, not 'str'.")
        let missing = try await client.upload([("model", "whisper")], file: nil)
        #expect(missing.status == 400 && missing.json["error"]?["param"] == "file")
        let json = try await client.post("/v1/audio/transcriptions", "{}")
        #expect(json.status == 415)
        #expect(json.json["error"]?["message"]?.stringValue?.contains("multipart/form-data") == true)
    }

    @Test func sizesAreBounded() async throws {
        let client = InProcessClient(FakeTranscriber()) { $0.limits.maxAudioFileBytes = 1000 }
        #expect(try await client.upload([], file: Array(repeating: 0, count: 1000)).status == 200)
        let large = try await client.upload([], file: Array(repeating: 0, count: 1001))
        #expect(large.status == 400)
        #expect(large.json["error"]?["message"]?.stringValue?.hasPrefix("Maximum file size exceeded") == true)
        // What is announced as far too large is not read.
        let announced = try await client.send(
            .post, "/v1/audio/transcriptions", requestBody: RequestBody(buffer: ByteBuffer()),
            headers: [.contentType: InProcessClient.formType, .contentLength: "10000000000"])
        #expect(announced.status == 413)
    }

    @Test func aFormThatBreaksOffIsRefused() async throws {
        let body = MultipartFixture.form([])
        for count in [0, 10, body.count - 10] {
            let answer = try await InProcessClient(FakeTranscriber()).send(
                .post, "/v1/audio/transcriptions",
                requestBody: RequestBody(buffer: ByteBuffer(bytes: body.prefix(count))),
                headers: [.contentType: InProcessClient.formType])
            #expect(answer.status == 400 && answer.json["error"]?["code"] == "invalid_form", "\(answer.text)")
        }
    }

    @Test func largeFilesGoToDiskAndComeWhole() async throws {
        let engine = FakeTranscriber()
        let file = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 8) }
        #expect(try await InProcessClient(engine).upload([], file: file).status == 200)
        #expect(engine.files.first?.isOnDisk == true && engine.files.first?.bytes == file)
    }

    @Test func audioThatCannotBeUsedIsTheClientsFault() async throws {
        let error = LLMError.invalidRequest(param: "file", message: "no decoder")
        for script in [FakeTranscriber.Script.refused(error), .failing(error)] {
            let answer = try await InProcessClient(FakeTranscriber(script: script)).upload([])
            #expect(answer.status == 400 && answer.json["error"]?["param"] == "file")
            #expect(answer.json["error"]?["message"] == "Invalid or unsupported audio file. no decoder")
        }
        let streamed = try await InProcessClient(FakeTranscriber(script: .failing(error))).upload([("stream", "true")])
        #expect(streamed.chunks.last?["error"]?["param"] == "file" && streamed.events.last == "[DONE]")
        let engine = FakeTranscriber(script: .failing(.engine("broken")))
        #expect(try await InProcessClient(engine).upload([]).status == 500)
    }

    @Test(arguments: ["true", "false"])
    func aClientThatGoesStopsTheWork(stream: String) async throws {
        let engine = FakeTranscriber(script: .stuck)
        let client = InProcessClient(engine)
        let lifetime = RequestLifetime()
        async let answer = try? client.upload([("stream", stream)], lifetime: lifetime)
        while engine.files.isEmpty { await Task.yield() }
        lifetime.finish(.disconnected)
        await engine.waitForCancellation()
        _ = await answer
        #expect(engine.numCancelled == 1)
    }

    @Test func manyUploadsAtOnce() async throws {
        let client = InProcessClient(FakeTranscriber(script: .echo))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<32 {
                group.addTask {
                    let text = String(repeating: "file \(index) ", count: 100 * index + 1)
                    let answer = try await client.upload([], file: Array(text.utf8))
                    return answer.json["text"]?.stringValue == String(text.dropLast())
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
