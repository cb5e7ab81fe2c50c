import MartletJSON
import MartletModelIR
import MartletModels
import Testing

@Suite struct ModelRegistryTests {
    static let base: JSONObject = {
        let json: JSONValue = [
            "vocab_size": 160, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128,
        ]
        return json.objectValue!
    }()

    static func config(_ architecture: String, _ changes: (String, JSONValue?)...) -> ModelConfig {
        var json = base
        json["architectures"] = [.string(architecture)]
        for (key, value) in changes { json[key] = value }
        return ModelConfig(json: json, origin: "config.json")
    }

    @Test("an unknown architecture is refused with the list of known ones")
    func unknownArchitecture() {
        let error = #expect(throws: ModelError.self) {
            try ModelRegistry.builtIn.model(for: Self.config("GPT9ForCausalLM"))
        }
        #expect(error?.key == "architectures")
        let message = error?.description ?? ""
        #expect(message.contains("GPT9ForCausalLM is not supported"))
        #expect(message.contains(ModelRegistry.builtIn.supportedArchitectures.joined(separator: ", ")))
    }

    @Test("a configuration without architectures says so")
    func noArchitecture() {
        let error = #expect(throws: ModelError.self) {
            try ModelRegistry.builtIn.model(for: ModelConfig(json: Self.base, origin: "config.json"))
        }
        #expect(error?.message.contains("is missing or empty") == true)
    }

    @Test("an architecture from outside is found, and takes the place of a built-in one only if it says so")
    func outOfTree() throws {
        let taken = #expect(throws: ModelError.self) { try ModelRegistry.builtIn.adding([Outsider.self]) }
        #expect(taken?.description.contains("Outsider would take the place of Qwen2") == true)
        #expect(throws: ModelError.self) { try ModelRegistry().adding([Outsider.self, Outsider.self]) }
        let registry = try ModelRegistry.builtIn.adding([Outsider.self], override: true)
        #expect(try registry.model(for: Self.config("OutsiderForCausalLM")) is Outsider)
        #expect(try registry.model(for: Self.config("Qwen2ForCausalLM")) is Outsider)
        #expect(try !(registry.model(for: Self.config("Qwen3ForCausalLM")) is Outsider))
        #expect(registry.supportedArchitectures.contains("OutsiderForCausalLM"))
    }

    @Test(
        "what an architecture cannot honour is refused by key",
        arguments: [
            ("LlamaForCausalLM", "hidden_act", "mish"), ("LlamaForCausalLM", "attn_logit_softcapping", 30.0),
            ("LlamaForCausalLM", "sliding_window", 4096), ("LlamaForCausalLM", "residual_multiplier", 0.22),
            ("LlamaForCausalLM", "num_attention_heads", 5), ("LlamaForCausalLM", "num_key_value_heads", 3),
            ("LlamaForCausalLM", "hidden_size", "32"), ("LlamaForCausalLM", "hidden_size", 0),
            ("LlamaForCausalLM", "vocab_size", nil), ("LlamaForCausalLM", "rms_norm_eps", 0.0),
            ("LlamaForCausalLM", "num_local_experts", 8), ("MistralForCausalLM", "sliding_window", -1),
            ("MistralForCausalLM", "attention_bias", true), ("Qwen2ForCausalLM", "use_mrope", "yes"),
            ("Qwen3ForCausalLM", "layer_types", ["full_attention"]),
            ("Qwen3ForCausalLM", "attn_output_gate", true), ("LlamaForCausalLM", "num_hidden_layers", 2_000_000_000),
            ("LlamaForCausalLM", "head_dim", 1_000_000_000), ("Qwen2ForCausalLM", "attention_bias", false),
        ] as [(String, String, JSONValue?)])
    func refusal(_ architecture: String, _ key: String, _ value: JSONValue?) {
        // use_mrope is no boolean here, and nothing reads it: its name alone makes it suspect.
        let error = #expect(throws: ModelError.self) {
            try ModelRegistry.builtIn.model(for: Self.config(architecture, (key, value)))
        }
        let expected = key == "num_attention_heads" ? "num_key_value_heads" : key
        #expect(error?.key == expected)
    }

    @Test("members of rope_scaling that no rotary embedding knows are refused")
    func unknownRopeMember() {
        let scaling: JSONValue = ["rope_type": "yarn", "factor": 4.0, "llama_4_scaling_beta": 0.1]
        let error = #expect(throws: ModelError.self) {
            try ModelRegistry.builtIn.model(for: Self.config("LlamaForCausalLM", ("rope_scaling", scaling)))
        }
        #expect(error?.key == "rope_scaling.llama_4_scaling_beta")
    }

    @Test("a sliding layer without a window is refused")
    func slidingLayerWithoutWindow() {
        let types: JSONValue = ["full_attention", "sliding_attention"]
        let error = #expect(throws: ModelError.self) {
            try ModelRegistry.builtIn.model(for: Self.config("Qwen2ForCausalLM", ("layer_types", types)))
        }
        #expect(error?.key == "layer_types.1")
    }

    @Test("what published configurations carry along is accepted")
    func harmlessKeys() throws {
        let llama = Self.config(
            "LlamaForCausalLM", ("attention_dropout", 0.1), ("pretraining_tp", 1), ("torch_dtype", "bfloat16"),
            ("rope_interleaved", false), ("is_llama_config", true), ("use_cache", true), ("quantization_config", .null),
            ("transformers.js_config", ["kv_cache_dtype": ["q4f16": "float16"]]), ("initializer_range", 0.02))
        #expect(throws: Never.self) { try ModelRegistry.builtIn.model(for: llama) }
        let qwen = Self.config(
            "Qwen2ForCausalLM", ("use_mrope", false), ("sliding_window", 131_072), ("max_window_layers", 28),
            ("use_sliding_window", false))
        #expect(
            try ModelRegistry.builtIn.model(for: qwen).kvCacheSpecs.allSatisfy { $0.attention?.slidingWindow == nil })
    }

    @Test("linear scaling lengthens the positions, llama3 and yarn name the scaled length already")
    func maxPositionEmbeddings() throws {
        let linear = Self.config("LlamaForCausalLM", ("rope_scaling", ["rope_type": "linear", "factor": 4]))
        #expect(try ModelRegistry.builtIn.model(for: linear).maxPositionEmbeddings == 512)
        let yarn = Self.config("LlamaForCausalLM", ("rope_scaling", ["rope_type": "yarn", "factor": 4]))
        #expect(try ModelRegistry.builtIn.model(for: yarn).maxPositionEmbeddings == 128)
    }
}

private struct Outsider: ModelArchitecture {
    static let architectures = ["OutsiderForCausalLM", "Qwen2ForCausalLM"]
    let vocabSize = 8
    let maxPositionEmbeddings = 16
    let kvCacheSpecs: [KVCacheSpec] = []

    init(config: ModelConfig) throws(ModelError) { for (key, _) in config.json { _ = config.present(key) } }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        recorder.emit(.embed(WeightScope("table").weight(out: 8, in: 8), .tokenID), name: "table")
    }
}
