/// A `general.architecture` that can be read, and how its files differ from the Hugging Face form.
///
/// **Source** llama.cpp `convert_hf_to_gguf.py`, gguf-py `tensor_mapping.py`.
enum GGUFArchitecture: String, CaseIterable {
    /// Llama, Mistral, SmolLM2 and whatever else has their arithmetic.
    case llama
    case qwen2
    case qwen3
    case qwen3moe

    /// The `architectures` entry of config.json.
    func huggingFaceName(hasSlidingWindow: Bool) -> String {
        switch self {
        case .llama: hasSlidingWindow ? "MistralForCausalLM" : "LlamaForCausalLM"
        case .qwen2: "Qwen2ForCausalLM"
        case .qwen3: "Qwen3ForCausalLM"
        case .qwen3moe: "Qwen3MoeForCausalLM"
        }
    }

    /// The `model_type` of config.json.
    func modelType(hasSlidingWindow: Bool) -> String {
        switch self {
        case .llama: hasSlidingWindow ? "mistral" : "llama"
        case .qwen2, .qwen3: rawValue
        case .qwen3moe: "qwen3_moe"
        }
    }

    /// True when the rows of the query and key weights are ordered so that rotary pairs lie side by side.
    var hasInterleavedRotary: Bool { self == .llama }

    /// The architecture `gguf` names.
    init(_ gguf: GGUF) throws(CheckpointError) {
        let reader = GGUFMetadataReader(gguf)
        let name = try reader.string("general.architecture")
        guard let architecture = GGUFArchitecture(rawValue: name) else {
            let supported = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.unsupported("general.architecture", "\(name) is not supported; supported: \(supported)")
        }
        self = architecture
    }
}
