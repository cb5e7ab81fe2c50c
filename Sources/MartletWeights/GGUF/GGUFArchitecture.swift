internal import MartletJSON

/// A `general.architecture` that can be read, and how its files differ from the Hugging Face form.
///
/// What is not said here is as in Llama; the tables in `Architectures` say it family by family.
///
/// **Source** llama.cpp `convert_hf_to_gguf.py`, gguf-py `tensor_mapping.py`, `src/models`.
struct GGUFArchitecture: Sendable {
    /// The value of `general.architecture`, which is the prefix of its keys, too.
    let name: String
    /// The `architectures` entry of config.json.
    let huggingFaceName: String
    /// The `model_type` of config.json.
    let modelType: String
    /// Tells families apart that share a name; the first that accepts a file takes it.
    var accepts: @Sendable (GGUFModel) -> Bool = { _ in true }
    /// True where rows of query and key weights are ordered so that rotary pairs lie side by side.
    var hasInterleavedRotary = false
    /// The metadata key of the norms' epsilon, and the key of config.json.
    var normEps = (key: "attention.layer_norm_rms_epsilon", configKey: "rms_norm_eps")
    /// The key of config.json that names the activation, and its value, which files do not say; nil for none.
    var activation: (key: String, value: String)? = ("hidden_act", "silu")
    /// Keys of config.json that say whether there are biases, and the tensors that have them then.
    var biases: [(configKey: String, modules: [String])] = [
        ("attention_bias", ["attn_q", "attn_k", "attn_v", "attn_qkv", "attn_output"]),
        ("mlp_bias", ["ffn_gate", "ffn_up", "ffn_down"]),
    ]
    /// Whether the share of a head that is rotated is written down even if it is all of it.
    var statesPartialRotary = false
    /// Whether `feed_forward_length` is a guess of the converter's, and the width is that of the tensor.
    var guessesFeedForwardLength = false
    /// False for attention whose heads are not described by one width.
    var hasPlainHeads = true
    /// The `layer_types` entry of layers without key heads, which have no attention; nil where all have it.
    var otherLayerType: String?
    /// False where there is no rotary embedding.
    var isRotary = true
    /// Whether layers that predict further tokens may come after the decoder's; they are not read.
    var hasPredictionLayers = false
    /// Metadata beyond those of Llama.
    var settings: [GGUFSetting] = []
    /// Members of config.json that files of this architecture imply.
    var constants: KeyValuePairs<String, JSONValue> = [:]
    /// The Hugging Face names of the tensors.
    var tensors = GGUFTensorNames()
    /// Weights that the file keeps as metadata, by their Hugging Face names.
    var weightsInMetadata: @Sendable (GGUFModel) throws(CheckpointError) -> [(name: String, values: [Float])] = {
        _ throws(CheckpointError) in []
    }
    /// What no table says.
    var adjust: @Sendable (inout GGUFConfig) throws(CheckpointError) -> Void = { _ throws(CheckpointError) in }
}

extension GGUFArchitecture {
    /// Every architecture that can be read.
    static let all: [GGUFArchitecture] = llamas + qwens + gemmas + denseModels + expertModels + gpts + latents + hybrids

    /// The architecture `model` names.
    init(_ model: GGUFModel) throws(CheckpointError) {
        let name = try model.reader.string("general.architecture")
        guard let architecture = Self.all.first(where: { $0.name == name && $0.accepts(model) }) else {
            var names: [String] = []
            for known in Self.all.map(\.name) where !names.contains(known) { names.append(known) }
            let supported = names.joined(separator: ", ")
            throw model.reader.unsupported("general.architecture", "\(name) is not supported; supported: \(supported)")
        }
        self = architecture
    }
}
