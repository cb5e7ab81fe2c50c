import Foundation
import Martlet
import MartletCPUBackend
import MartletJSON
import MartletModelConformance
import MartletModelIR
import MartletModels
import MartletWeights

/// Checks an architecture of its own with the public conformance kit, then loads and runs a model of it.
@main struct Main {
    static let config = JSONValue(
        dictionaryLiteral: ("architectures", ["SwallowForCausalLM"]), ("vocab_size", 96), ("hidden_size", 48),
        ("intermediate_size", 80),
        ("num_attention_heads", 3), ("num_hidden_layers", 2), ("max_position_embeddings", 64), ("rope_theta", 1e4))

    static func main() async throws {
        let registry = try ModelRegistry.builtIn.adding([Swallow.self])
        let conformance = ModelConformance(
            config: ModelConfig(json: config.objectValue!, origin: "config.json"), registry: registry)
        let violations = conformance.violations(on: [try CPUBackend()])
        guard violations.isEmpty else { fatalError(violations.joined(separator: "\n")) }
        print("SwallowForCausalLM keeps the contract of architectures")

        let folder = try writeModel()
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = LLMConfiguration(model: folder.path)
        configuration.architectures = [Swallow.self]
        configuration.loadsTokenizer = false
        let llm = try await LLM.load(configuration)
        var request = GenerationRequest(prompt: .tokenIDs([5, 17, 42]))
        request.sampling = .greedy(maxTokens: 8)
        var tokenIDs: [Int32] = []
        for try await event in try await llm.generate(request) { tokenIDs += event.tokenIDs }
        print("it continues [5, 17, 42] with \(tokenIDs)")
        guard tokenIDs.count == 8 else { fatalError("expected 8 tokens") }
    }

    /// A folder with config.json and random weights, as a published model would be.
    private static func writeModel() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "swallow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(JSONWriter.string(config).utf8).write(to: folder.appending(path: "config.json"))
        let model = try Swallow(config: ModelConfig(json: config.objectValue!, origin: "config.json"))
        var recorder = Recorder()
        let output = try model.record(.decoder, into: &recorder)
        let program = recorder.finish(output)
        var writer = SafetensorsWriter()
        var generator = SystemRandomNumberGenerator()
        for weight in program.weights {
            let count = weight.shape.reduce(1, *)
            let values = (0..<count).map { _ in Float.random(in: -0.3...0.3, using: &generator) }
            writer.add(weight.name, shape: weight.shape, weight.shape.count == 1 ? values.map { $0 + 1 } : values)
        }
        try Data(writer.bytes()).write(to: folder.appending(path: "model.safetensors"))
        return folder
    }
}
