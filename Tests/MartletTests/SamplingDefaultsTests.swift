import MartletEngine
import MartletJSON
import Testing

@testable import Martlet

@Suite("Sampling defaults")
struct SamplingDefaultsTests {
    struct LoadCase: Sendable, CustomTestStringConvertible {
        var name: String
        var flag = "auto"
        var file: JSONValue?
        var config: JSONValue = [:]
        var override: JSONValue = [:]
        var temperature: Double
        var source: SamplingDefaults.Source
        var topK = 0
        var testDescription: String { name }
    }

    static let loadCases = [
        LoadCase(name: "nothing set", temperature: 1, source: .builtIn),
        LoadCase(
            name: "the file wins over built-in", file: ["temperature": 0.6], temperature: 0.6, source: .generationConfig
        ),
        LoadCase(name: "an integer is a number", file: ["temperature": 0], temperature: 0, source: .generationConfig),
        LoadCase(name: "do_sample false is not greedy", file: ["do_sample": false], temperature: 1, source: .builtIn),
        LoadCase(
            name: "old config.json does not count", config: ["temperature": 0.3], temperature: 1, source: .builtIn),
        LoadCase(
            name: "config.json does not count beside the file", file: ["top_k": 50], config: ["temperature": 0.3],
            temperature: 1, source: .builtIn, topK: 50),
        LoadCase(
            name: "override wins over the file", file: ["temperature": 0.6, "top_k": 20],
            override: ["temperature": 0.1],
            temperature: 0.1, source: .override, topK: 20),
        LoadCase(
            name: "override null removes the file's value", file: ["temperature": 0.6], override: ["temperature": nil],
            temperature: 1, source: .builtIn),
        LoadCase(
            name: "vllm ignores the file", flag: "vllm", file: ["temperature": 0.6, "top_k": 20], temperature: 1,
            source: .builtIn),
        LoadCase(
            name: "override counts under vllm", flag: "vllm", file: ["temperature": 0.6],
            override: ["temperature": 0.2], temperature: 0.2, source: .override),
        LoadCase(
            name: "null in the file is absent", file: ["temperature": nil, "top_k": nil], temperature: 1,
            source: .builtIn),
    ]

    @Test("are layered as vLLM layers them", arguments: loadCases)
    func layers(_ row: LoadCase) throws {
        var inputs = SamplingDefaults.Inputs()
        inputs.flag = row.flag
        inputs.generationConfig = row.file?.objectValue
        inputs.modelConfig = try #require(row.config.objectValue)
        inputs.override = try #require(row.override.objectValue)
        let defaults = try SamplingDefaults.load(inputs)
        #expect(defaults.temperature == .init(row.temperature, row.source))
        #expect(defaults.topK.value == row.topK)
    }

    @Test("join the end-of-sequence ids of tokenizer and file, also under vllm", arguments: ["auto", "vllm"])
    func eos(flag: String) throws {
        var inputs = SamplingDefaults.Inputs()
        inputs.flag = flag
        inputs.generationConfig = JSONValue(dictionaryLiteral: ("eos_token_id", [7, 2])).objectValue
        inputs.tokenizerEOS = [2, 3]
        #expect(try SamplingDefaults.load(inputs).eosTokenIDs == [2, 3, 7])
    }

    @Test("take max_new_tokens as a cap only from a folder or the override")
    func maxTokensCap() throws {
        var inputs = SamplingDefaults.Inputs()
        inputs.generationConfig = JSONValue(dictionaryLiteral: ("max_new_tokens", 30)).objectValue
        var defaults = try SamplingDefaults.load(inputs)
        #expect(defaults.maxTokens?.value == 30)
        #expect(defaults.maxTokensCap == nil)
        inputs.flag = "/some/folder"
        defaults = try SamplingDefaults.load(inputs)
        #expect(defaults.maxTokensCap == 30)
        inputs.flag = "auto"
        inputs.override["max_new_tokens"] = 10
        defaults = try SamplingDefaults.load(inputs)
        #expect(defaults.maxTokensCap == 10)
    }

    @Test(
        "refuse what they cannot honour",
        arguments: [
            ["temperature": "hot"], ["temperature": 3], ["top_k": 1.5], ["num_beams": 4], ["eos_token_id": "x"],
            ["max_new_tokens": 0], ["top_p": 0],
        ] as [JSONValue])
    func refuse(override: JSONValue) throws {
        var inputs = SamplingDefaults.Inputs()
        inputs.override = try #require(override.objectValue)
        let error = try #require(throws: LLMError.self) { try SamplingDefaults.load(inputs) }
        guard case .cannotLoad(let message) = error else {
            Issue.record("expected cannotLoad, got \(error)")
            return
        }
        #expect(message.contains("--override-generation-config") || message.contains("eos_token_id"))
    }
}

@Suite("Resolving a request")
struct SamplingResolveTests {
    let limits = SamplingDefaults.Limits(numPromptTokens: 10, maxModelLen: 100, vocabSize: 1000, maxLogprobs: 20)

    func request(_ edit: (inout GenerationRequest) -> Void = { _ in }) -> GenerationRequest {
        var request = GenerationRequest(prompt: .tokenIDs([1]))
        edit(&request)
        return request
    }

    @Test("takes defaults for absent fields and zeros as values")
    func precedence() throws {
        var inputs = SamplingDefaults.Inputs()
        inputs.generationConfig =
            JSONValue(dictionaryLiteral: ("temperature", 0.6), ("top_p", 0.9), ("min_p", 0.1))
            .objectValue
        let defaults = try SamplingDefaults.load(inputs)
        let params = try defaults.resolve(request { $0.sampling.minP = 0 }, limits: limits)
        #expect(params.temperature == 0.6)
        #expect(params.topP == 0.9)
        #expect(params.minP == 0)
        #expect(params.maxTokens == 90)
        #expect(params.seed == nil)
    }

    @Test("makes tiny temperatures greedy and clamps small ones")
    func temperatures() throws {
        let defaults = SamplingDefaults()
        let greedy = try defaults.resolve(
            request {
                $0.sampling.temperature = 1e-6
                $0.sampling.topP = 0.5
                $0.sampling.topK = 5
            }, limits: limits)
        #expect(greedy.temperature == 0)
        #expect(greedy.topP == 1)
        #expect(greedy.topK == 0)
        let small = try defaults.resolve(request { $0.sampling.temperature = 0.001 }, limits: limits)
        #expect(small.temperature == 0.01)
    }

    @Test("bounds max_tokens by the context, the default and the cap")
    func maxTokens() throws {
        var inputs = SamplingDefaults.Inputs()
        inputs.override["max_new_tokens"] = 20
        let capped = try SamplingDefaults.load(inputs)
        #expect(try capped.resolve(request(), limits: limits).maxTokens == 20)
        #expect(try capped.resolve(request { $0.sampling.maxTokens = 50 }, limits: limits).maxTokens == 20)
        let free = SamplingDefaults()
        #expect(try free.resolve(request { $0.sampling.maxTokens = 500 }, limits: limits).maxTokens == 90)
        #expect(try free.resolve(request { $0.sampling.maxTokens = 5 }, limits: limits).maxTokens == 5)
    }

    @Test("refuses a prompt without room for output", arguments: [100, 101])
    func noRoom(promptTokens: Int) throws {
        var limits = limits
        limits.numPromptTokens = promptTokens
        let error = #expect(throws: LLMError.self) { try SamplingDefaults().resolve(request(), limits: limits) }
        guard case .contextLengthExceeded(promptTokens, 100, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    struct BadField: Sendable {
        var param: String
        var edit: @Sendable (inout GenerationRequest) -> Void
    }

    static let badFields = [
        BadField(param: "temperature") { $0.sampling.temperature = 2.1 },
        BadField(param: "temperature") { $0.sampling.temperature = -.infinity },
        BadField(param: "temperature") { $0.sampling.temperature = .nan },
        BadField(param: "top_p") { $0.sampling.topP = 0 },
        BadField(param: "top_p") { $0.sampling.topP = 1.01 },
        BadField(param: "top_k") { $0.sampling.topK = -2 },
        BadField(param: "min_p") { $0.sampling.minP = 1.5 },
        BadField(param: "repetition_penalty") { $0.sampling.repetitionPenalty = 0 },
        BadField(param: "presence_penalty") { $0.sampling.presencePenalty = 2.5 },
        BadField(param: "frequency_penalty") { $0.sampling.frequencyPenalty = -2.5 },
        BadField(param: "max_tokens") { $0.sampling.maxTokens = 0 },
        BadField(param: "min_tokens") { $0.sampling.minTokens = 91 },
        BadField(param: "min_tokens") { $0.sampling.minTokens = -1 },
        BadField(param: "n") { $0.n = 0 },
        BadField(param: "n") {
            $0.n = 2
            $0.sampling.temperature = 0
        },
        BadField(param: "stop") { $0.stop = ["a", ""] },
        BadField(param: "logprobs") { $0.logprobs = 21 },
        BadField(param: "logprobs") { $0.logprobs = -1 },
        BadField(param: "prompt_logprobs") { $0.promptLogprobs = -2 },
        BadField(param: "logit_bias") { $0.sampling.logitBias = [1000: 1] },
        BadField(param: "logit_bias") { $0.sampling.logitBias = [1: 101] },
        BadField(param: "stop_token_ids") { $0.sampling.stopTokenIDs = [-1] },
    ]

    @Test("names the field that is out of range", arguments: badFields)
    func badField(_ row: BadField) throws {
        let error = #expect(throws: LLMError.self) {
            try SamplingDefaults().resolve(request(row.edit), limits: limits)
        }
        guard case .invalidRequest(let param, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(param == row.param)
    }
}
