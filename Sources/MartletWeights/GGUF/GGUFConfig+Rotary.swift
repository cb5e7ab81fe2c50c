internal import MartletJSON

extension GGUFConfig {
    mutating func addRotary() throws(CheckpointError) {
        guard architecture.isRotary else { return }
        if architecture.hasInterleavedRotary { json["rope_interleave"] = true }
        json["rope_theta"] = .double(try reader.optionalDouble(key("rope.freq_base")) ?? 10_000)
        if let scaling = try rotaryScaling() { json["rope_scaling"] = .object(scaling) }
        if let factors = try rotaryFactors("rope_freqs.weight") { json["rope_freq_factors"] = factors }
    }

    private func rotaryScaling() throws(CheckpointError) -> JSONObject? {
        if let scaling = try longRotaryScaling() { return scaling }
        // Files without a type mean linear scaling if they name a factor; the oldest ones call it scale_linear.
        let type = try reader.optionalString(key("rope.scaling.type")) ?? "linear"
        let oldFactor = try reader.optionalDouble(key("rope.scale_linear")) ?? 0
        let factor = try reader.optionalDouble(key("rope.scaling.factor")) ?? oldFactor
        var scaling = JSONObject()
        switch type {
        case "none": return nil
        case "linear":
            guard factor != 0, factor != 1 else { return nil }
            scaling["rope_type"] = "linear"
            scaling["factor"] = .double(factor)
        case "yarn":
            scaling["rope_type"] = "yarn"
            scaling["factor"] = .double(factor)
            try addYarn(factor, to: &scaling)
        default:
            throw reader.unsupported(
                key("rope.scaling.type"), "\(type) is not supported; supported: none, linear, yarn")
        }
        return scaling
    }

    private func addYarn(_ factor: Double, to scaling: inout JSONObject) throws(CheckpointError) {
        if let original = try reader.optionalInt(key("rope.scaling.original_context_length")) {
            scaling["original_max_position_embeddings"] = .integer(Int64(original))
        }
        if let fast = try reader.optionalDouble(key("rope.scaling.yarn_beta_fast")) {
            scaling["beta_fast"] = .double(fast)
        }
        if let slow = try reader.optionalDouble(key("rope.scaling.yarn_beta_slow")) {
            scaling["beta_slow"] = .double(slow)
        }
        if let attention = try reader.optionalDouble(key("rope.scaling.yarn_attn_factor")), attention > 0 {
            scaling["attention_factor"] = .double(attention)
        }
        if let attention = try reader.optionalDouble(key("rope.scaling.attn_factor")), attention != 1 {
            throw reader.unsupported(key("rope.scaling.attn_factor"), "\(attention) is not supported; supported: 1")
        }
    }

    /// Two sets of factors, one for prompts beyond the length of the pretraining.
    private func longRotaryScaling() throws(CheckpointError) -> JSONObject? {
        guard let long = try rotaryFactors("rope_factors_long.weight"),
            let short = try rotaryFactors("rope_factors_short.weight")
        else { return nil }
        var scaling = JSONObject()
        scaling["rope_type"] = "longrope"
        scaling["long_factor"] = long
        scaling["short_factor"] = short
        let original = try reader.int(key("rope.scaling.original_context_length"))
        scaling["original_max_position_embeddings"] = .integer(Int64(original))
        // llama.cpp multiplies by nothing where the file has no factor.
        scaling["attention_factor"] = .double(try reader.optionalDouble(key("rope.scaling.attn_factor")) ?? 1)
        return scaling
    }

    private func rotaryFactors(_ name: String) throws(CheckpointError) -> JSONValue? {
        guard let factors = try model.numbers(name) else { return nil }
        guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw .malformed(file: model.main.file.path, message: "tensor \"\(name)\": expected positive numbers")
        }
        return .array(factors.map { .double(Double($0)) })
    }
}
