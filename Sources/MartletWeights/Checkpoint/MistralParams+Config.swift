internal import MartletJSON

extension MistralParams {
    /// The same configuration under the keys of config.json.
    ///
    /// The rows of `wq` and `wk` lie pair by pair in these checkpoints, hence `rope_interleave`.
    func config() throws(CheckpointError) -> JSONObject {
        var params = self
        var config = try params.shape()
        try params.refuseOtherNetworks()
        let layers = config["num_hidden_layers"]?.intValue ?? 0
        let window = try params.slidingWindow(layers: layers)
        config["sliding_window"] = window.width.map { .integer(Int64($0)) } ?? .null
        config["layer_types"] = window.layerTypes
        // Without a theta the reference implementation takes that of the first model where there is a window.
        let theta = try params.number("rope_theta") ?? (window.width == nil ? 1_000_000 : 10_000)
        config["rope_theta"] = .double(theta)
        config["rope_interleave"] = .bool(true)
        config["rope_parameters"] = .object(try params.ropeParameters())
        config["llama_4_scaling"] = try params.section("llama_4_scaling")?.object
        if let experts = try params.experts() {
            for (key, value) in experts { config[key] = value }
            guard window.layerTypes == nil else {
                throw error("sliding_window", "a list beside moe is not supported; supported: null or one width")
            }
        }
        config["quantization_config"] = try params.quantization()
        let name =
            if config["num_local_experts"] != nil {
                "MixtralForCausalLM"
            } else if window.layerTypes != nil {
                "MinistralForCausalLM"
            } else if config["llama_4_scaling"] != nil {
                "Ministral3ForCausalLM"
            } else {
                "MistralForCausalLM"
            }
        config["architectures"] = [.string(name)]
        for key in ["bos_token_id", "eos_token_id", "pad_token_id"] { config[key] = params.present(key) }
        try params.refuseUnused()
        return config
    }

    private mutating func shape() throws(CheckpointError) -> JSONObject {
        var config = JSONObject()
        let sizes = [
            ("dim", "hidden_size"), ("n_layers", "num_hidden_layers"), ("n_heads", "num_attention_heads"),
            ("n_kv_heads", "num_key_value_heads"), ("hidden_dim", "intermediate_size"), ("vocab_size", "vocab_size"),
        ]
        for (key, name) in sizes { config[name] = .integer(Int64(try required(key, int(key)))) }
        config["head_dim"] = .integer(Int64(try headDim()))
        config["rms_norm_eps"] = .double(try required("norm_eps", number("norm_eps")))
        config["hidden_act"] = .string(try string("activation") ?? "silu")
        config["tie_word_embeddings"] = .bool(try bool("tied_embeddings") ?? false)
        // Both are bounds where both are given.
        let bounds = [try int("max_position_embeddings"), try int("max_seq_len")].compactMap { $0 }
        config["max_position_embeddings"] = .integer(Int64(bounds.min() ?? 128_000))
        return config
    }

    private mutating func headDim() throws(CheckpointError) -> Int {
        if let headDim = try int("head_dim") { return headDim }
        guard let dim = try int("dim"), let heads = try int("n_heads"), heads > 0, dim % heads == 0 else {
            throw error("head_dim", "is missing, and dim is no multiple of n_heads")
        }
        return dim / heads
    }

    /// Towers beside the language model are left out; another kind of language model is refused.
    private mutating func refuseOtherNetworks() throws(CheckpointError) {
        if let type = try string("model_type"), type != "transformer" {
            throw error("model_type", "\"\(type)\" is not supported; supported: transformer")
        }
        if try bool("causal") == false { throw error("causal", "false is not supported; supported: true") }
        _ = try section("vision_encoder")
        guard var multimodal = try section("multimodal") else { return }
        _ = try multimodal.section("vision_encoder_args")
        try multimodal.refuseUnused()
    }

    /// One width for all layers, or a pattern of widths and nulls that the layers repeat.
    private mutating func slidingWindow(
        layers: Int
    ) throws(CheckpointError) -> (width: Int?, layerTypes: JSONValue?) {
        guard let pattern = present("sliding_window")?.arrayValue else { return (try int("sliding_window"), nil) }
        var widths: Set<Int> = []
        for entry in pattern where !entry.isNull {
            guard let width = entry.intValue else {
                throw error("sliding_window", "expected integers and nulls, found \(entry.kindName)")
            }
            widths.insert(width)
        }
        guard widths.count <= 1 else {
            throw error("sliding_window", "expected one width, found \(widths.sorted())")
        }
        guard let width = widths.first else { return (nil, nil) }
        // Bounded by what configurations may have; a larger count is refused where the shape is read.
        guard (1...65_536).contains(layers), layers % pattern.count == 0 else {
            throw error("sliding_window", "\(layers) layers are no multiple of the \(pattern.count) it names")
        }
        let types = (0..<layers).map { layer -> JSONValue in
            pattern[layer % pattern.count].isNull ? "full_attention" : "sliding_attention"
        }
        return (width, .array(types))
    }

    private mutating func ropeParameters() throws(CheckpointError) -> JSONObject {
        var members = JSONObject()
        members["rope_type"] = "default"
        guard var yarn = try section("yarn") else { return members }
        members["rope_type"] = "yarn"
        let names = [
            ("factor", "factor"), ("original_max_position_embeddings", "original_max_position_embeddings"),
            ("beta", "beta_fast"), ("alpha", "beta_slow"),
        ]
        for (key, name) in names { members[name] = try yarn.number(key).map(JSONValue.double) }
        guard members["factor"] != nil else { throw yarn.error("factor", "is missing") }
        // Without the scale that goes with the factor, rotated rows keep their length.
        if try yarn.bool("apply_scale") == false { members["attention_factor"] = .double(1) }
        try yarn.refuseUnused()
        return members
    }

    private mutating func experts() throws(CheckpointError) -> JSONObject? {
        guard var moe = try section("moe") else { return nil }
        var config = JSONObject()
        for (key, name) in [("num_experts", "num_local_experts"), ("num_experts_per_tok", "num_experts_per_tok")] {
            config[name] = .integer(Int64(try moe.required(key, moe.int(key))))
        }
        try moe.refuseUnused()
        return config
    }

    private mutating func quantization() throws(CheckpointError) -> JSONValue? {
        guard var section = try section("quantization") else { return nil }
        if let method = try section.string("quant_method") {
            guard method == "compressed-tensors" || method == "compressed_tensors" else {
                throw section.error("quant_method", "\"\(method)\" is not supported; supported: compressed-tensors")
            }
            var object = section.object.objectValue ?? JSONObject()
            object["quant_method"] = "compressed-tensors"
            return .object(object)
        }
        let format = try section.required("qformat_weight", section.string("qformat_weight"))
        guard format == "fp8_e4m3" else {
            throw section.error("qformat_weight", "\"\(format)\" is not supported; supported: fp8_e4m3")
        }
        let scheme = try section.string("qscheme_act") ?? "TENSOR"
        guard ["TENSOR", "NO_SCALES"].contains(scheme) else {
            throw section.error("qscheme_act", "\"\(scheme)\" is not supported; supported: TENSOR, NO_SCALES")
        }
        try section.refuseUnused()
        return [
            "quant_method": "fp8", "activation_scheme": scheme == "TENSOR" ? "static" : "dynamic",
            "weight_block_size": .null,
        ]
    }
}
