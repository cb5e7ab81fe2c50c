public import MartletJSON

extension RopeParameters {
    /// The normalised members of `rope_parameters`; reading them gives this value again.
    public var json: JSONObject {
        var json = JSONObject()
        json["rope_theta"] = .double(theta)
        json["partial_rotary_factor"] = .double(partialRotaryFactor)
        json["rope_dim"] = .integer(Int64(frequencyDim))
        func set(_ members: (String, JSONValue)...) { for (key, value) in members { json[key] = value } }
        switch scaling {
        case .default:
            set(("rope_type", "default"))
        case .linear(let factor):
            set(("rope_type", "linear"), ("factor", .double(factor)))
        case .dynamic(let factor):
            set(("rope_type", "dynamic"), ("factor", .double(factor)))
        case .dynamicAlpha(let alpha):
            set(("rope_type", "dynamic"), ("alpha", .double(alpha)))
        case .llama3(let llama3):
            set(
                ("rope_type", "llama3"), ("factor", .double(llama3.factor)),
                ("low_freq_factor", .double(llama3.lowFreqFactor)),
                ("high_freq_factor", .double(llama3.highFreqFactor)),
                ("original_max_position_embeddings", .double(llama3.originalMaxPositionEmbeddings)))
        case .yarn(let yarn):
            set(
                ("rope_type", "yarn"), ("factor", .double(yarn.factor)),
                ("original_max_position_embeddings", .double(yarn.originalMaxPositionEmbeddings)),
                ("beta_fast", .double(yarn.betaFast)), ("beta_slow", .double(yarn.betaSlow)),
                ("truncate", .bool(yarn.truncate)), ("attention_factor", .double(yarn.attentionFactor)),
                ("mscale_all_dim", .double(yarn.mscaleAllDim)))
        case .longrope(let longrope):
            set(
                ("rope_type", "longrope"), ("short_factor", .array(longrope.shortFactor.map(JSONValue.double))),
                ("long_factor", .array(longrope.longFactor.map(JSONValue.double))),
                ("original_max_position_embeddings", .double(longrope.originalMaxPositionEmbeddings)),
                ("attention_factor", .double(longrope.attentionFactor)))
        case .proportional(let factor):
            set(("rope_type", "proportional"), ("factor", .double(factor)))
        }
        if let queryScaling {
            json["llama_4_scaling"] = [
                "beta": .double(Double(queryScaling.beta)),
                "original_max_position_embeddings": .integer(Int64(queryScaling.originalMaxPositionEmbeddings)),
            ]
        }
        return json
    }
}
