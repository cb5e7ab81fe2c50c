internal import MartletModelIR

extension ModelRegistry {
    /// Llama and its nearest relatives.
    static let llamaFamilies: [any ModelArchitecture.Type] = [Llama.self, Mistral.self, Qwen2.self, Qwen3.self]
}
