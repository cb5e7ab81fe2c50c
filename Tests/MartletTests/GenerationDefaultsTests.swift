import MartletJSON
import Testing

@testable import Martlet

/// What vLLM makes of files, flags and requests, see Scripts/goldens/make_generation_defaults.py.
@Suite("Generation defaults")
struct GenerationDefaultsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let json: JSONValue
        var testDescription: String { json["name"]?.stringValue ?? "" }
    }

    static let cases: [Case] = {
        let bytes = try! Fixtures.bytes("generation_defaults/cases.json")
        return try! JSONReader.parse(bytes).arrayValue!.map { Case(json: $0) }
    }()

    @Test("take effect as in vLLM, and say where they come from", arguments: cases)
    func effective(_ row: Case) throws {
        let json = row.json
        var inputs = SamplingDefaults.Inputs()
        inputs.flag = try #require(json["flag"]?.stringValue)
        inputs.generationConfig = json[inputs.flag == "folder" ? "folder" : "generation_config"]?.objectValue
        inputs.modelConfig = try #require(json["config"]?.objectValue)
        inputs.override = try #require(json["override"]?.objectValue)
        let asked = try #require(json["request"]?.objectValue)
        var request = SamplingOverrides()
        request.temperature = asked["temperature"]?.doubleValue
        request.topP = asked["top_p"]?.doubleValue
        request.topK = asked["top_k"]?.intValue
        request.minP = asked["min_p"]?.doubleValue
        request.repetitionPenalty = asked["repetition_penalty"]?.doubleValue
        request.presencePenalty = asked["presence_penalty"]?.doubleValue
        request.frequencyPenalty = asked["frequency_penalty"]?.doubleValue
        request.maxTokens = asked["max_completion_tokens"]?.intValue ?? asked["max_tokens"]?.intValue
        let limits = SamplingDefaults.Limits(
            numPromptTokens: try #require(json["prompt_tokens"]?.intValue),
            maxModelLen: try #require(json["max_model_len"]?.intValue), vocabSize: 100, maxLogprobs: 20)
        let found = try SamplingDefaults.load(inputs).effective(request, limits: limits).parameters
        let expected = try #require(json["effective"]?.objectValue)
        let sources = try #require(json["sources"]?.objectValue)
        #expect(found.map(\.name).sorted() == expected.keys.sorted())
        for parameter in found {
            #expect(parameter.value.doubleValue == expected[parameter.name]?.doubleValue, "\(parameter.name)")
            #expect(parameter.source.rawValue == sources[parameter.name]?.stringValue, "\(parameter.name)")
        }
    }

    @Test("of a family that needs others than its files give are warned about, unless somebody chose")
    func advice() throws {
        func warning(_ flag: String = "auto", _ file: JSONObject? = nil) throws -> String? {
            var inputs = SamplingDefaults.Inputs()
            inputs.flag = flag
            inputs.generationConfig = file
            let defaults = try SamplingDefaults.load(inputs)
            return SamplingAdvice.warning(
                architecture: "Mistral3ForConditionalGeneration", defaults: defaults, flag: flag)
        }
        #expect(try warning()?.contains("--override-generation-config '{\"temperature\": 0.15}'") == true)
        #expect(try warning("auto", JSONValue(dictionaryLiteral: ("max_length", 262_144)).objectValue) != nil)
        #expect(try warning("vllm") == nil)
        #expect(try warning("auto", JSONValue(dictionaryLiteral: ("temperature", 0.3)).objectValue) == nil)
        #expect(
            SamplingAdvice.warning(architecture: "LlamaForCausalLM", defaults: SamplingDefaults(), flag: "auto") == nil)
    }
}
