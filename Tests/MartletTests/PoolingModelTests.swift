import Martlet
import MartletJSON
import MartletWeights
import Testing

/// Tiny encoders of Tests/Fixtures/encoders from files to vectors, without tokenizers.
@Suite struct PoolingModelTests {
    private static let root =
        String(#filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }) + "/Fixtures/encoders"

    private static func configuration(_ name: String) -> LLMConfiguration {
        var configuration = LLMConfiguration(model: "\(root)/\(name)")
        configuration.loadsTokenizer = false
        configuration.dtype = .float32
        configuration.numThreads = 2
        return configuration
    }

    private static func load(
        _ name: String, _ change: (inout LLMConfiguration) -> Void = { _ in }
    ) async throws -> PoolingModel {
        var configuration = configuration(name)
        change(&configuration)
        guard case .pooling(let model) = try await LoadedModel.load(configuration) else {
            throw LLMError.unsupported("\(name) was loaded to generate text")
        }
        return model
    }

    private static func object(_ json: JSONValue) -> JSONObject { json.objectValue ?? JSONObject() }

    private static func golden(_ name: String) throws -> Safetensors {
        try Safetensors(path: "\(root)/\(name)/golden.safetensors")
    }

    private func difference(_ x: [Float], _ y: some Sequence<Float>) -> Float {
        zip(x, y).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test("embeddings are the first token's hidden state at length one", arguments: ["xlm_roberta", "modernbert"])
    func embeddings(_ name: String) async throws {
        let model = try await Self.load(name)
        #expect(model.task == .embed && model.width == 24)
        let golden = try Self.golden(name)
        let ids = try golden.int32("case0.input_ids")
        let hidden = try golden.float32("case0.last_hidden_state").prefix(24)
        let result = try await model.embed([.tokenIDs(ids), .tokenIDs([5])])
        let length = hidden.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(difference(result.vectors[0], hidden.map { $0 / length }) < 1e-5)
        #expect(result.numPromptTokens == ids.count + 1)
        var plain = PoolingOptions()
        plain.useActivation = false
        #expect(difference(try await model.embed([.tokenIDs(ids)], options: plain).vectors[0], hidden) < 1e-5)
        await model.shutDown()
    }

    @Test("a decoder's name without head gives the last token's hidden state")
    func decoder() async throws {
        let model = try await Self.load("qwen3")
        let golden = try Self.golden("qwen3")
        var options = PoolingOptions()
        options.useActivation = false
        let result = try await model.embed([.tokenIDs(try golden.int32("case0.input_ids"))], options: options)
        #expect(difference(result.vectors[0], try golden.float32("case0.last_hidden_state").suffix(24)) < 1e-5)
    }

    @Test(
        "classifiers give transformers' logits, and probabilities unless told otherwise",
        arguments: [
            ("modernbert_classifier", 1, "case0"), ("qwen3_classifier", 1, "case0"),
            // Whose first two cases are of two texts.
            ("roberta_classifier", 3, "case2"),
        ])
    func classifiers(_ name: String, _ numLabels: Int, _ place: String) async throws {
        let model = try await Self.load(name)
        #expect(model.task == .classify && model.labels.count == numLabels)
        let golden = try Self.golden(name)
        let input = PoolingInput.tokenIDs(try golden.int32("\(place).input_ids"))
        var raw = PoolingOptions()
        raw.useActivation = false
        let logits = try golden.float32("\(place).logits")
        #expect(difference(try await model.classify([input], options: raw).vectors[0], logits) < 1e-4)
        let sum = try await model.classify([input]).vectors[0].reduce(0, +)
        #expect(numLabels == 1 ? sum > 0 && sum < 1 : abs(sum - 1) < 1e-5)
    }

    @Test("what a request may not ask for is refused with the field's name")
    func refusals() async throws {
        let model = try await Self.load("xlm_roberta")
        var tooMany = PoolingOptions()
        tooMany.truncatePromptTokens = 1000
        var columns = PoolingOptions()
        columns.dimensions = 4
        for (input, options, field) in [
            (PoolingInput.tokenIDs([]), PoolingOptions(), "input"), (.tokenIDs([4000]), PoolingOptions(), "input"),
            (.text("a"), PoolingOptions(), "input"), (.tokenIDs([5]), tooMany, "truncate_prompt_tokens"),
            (.tokenIDs([5]), columns, "dimensions"),
        ] {
            let error = await #expect(throws: LLMError.self) { try await model.embed([input], options: options) }
            guard case .invalidRequest(let param, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(param == field)
        }
        let error = await #expect(throws: LLMError.self) {
            try await model.embed([.tokenIDs([Int32](repeating: 5, count: 37))])
        }
        guard case .contextLengthExceeded(37, 36, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        var cut = PoolingOptions()
        cut.truncatePromptTokens = -1
        #expect(
            try await model.embed([.tokenIDs([Int32](repeating: 5, count: 37))], options: cut).numPromptTokens == 36)
        await #expect(throws: LLMError.self) { try await model.classify([.tokenIDs([5])]) }
    }

    @Test("columns may be left out where the configuration allows it, and the rest has length one")
    func dimensions() async throws {
        let model = try await Self.load("xlm_roberta") {
            $0.poolerConfig = Self.object(["dimensions": 4, "pooling_type": "MEAN"])
        }
        var options = PoolingOptions()
        options.dimensions = 4
        let vector = try await model.embed([PoolingInput.tokenIDs([5, 6, 7])], options: options).vectors[0]
        #expect(vector.count == 4 && abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }

    @Test("a model without text is refused as LLM with a hint, and text models by --convert none")
    func wrongRunner() async throws {
        let error = await #expect(throws: LLMError.self) { try await LLM.load(Self.configuration("bert")) }
        #expect(error?.description.contains("PoolingModel.load") == true)
        var configuration = LLMConfiguration()
        (configuration.runner, configuration.convert) = (.pooling, .none)
        await #expect(throws: LLMError.self) { try await LoadedModel.load(configuration) }
        await #expect(throws: LLMError.self) {
            try await Self.load("xlm_roberta") { $0.poolerConfig = Self.object(["pooling": "MEAN"]) }
        }
    }
}
