internal import MartletJSON

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension RopeSection {
    private static let supportedTypes =
        "default, linear, dynamic, llama3, yarn, deepseek_yarn, longrope (su), proportional, mrope"

    /// The type under its current name; `type` is the older spelling of `rope_type`.
    private mutating func type() throws(ModelError) -> String {
        let old = try string("type")
        let new = try string("rope_type")
        let renamed = ["su": "longrope", "mrope": "default"].merging(defaults.renamedTypes) { $1 }
        if let old, let new, old != new, renamed[old] != new {
            throw config.error(path("rope_type"), "\(new) contradicts \(path("type")), which is \(old)")
        }
        let type = new ?? old ?? "default"
        if type == "mrope" || old == "mrope" {
            guard present("mrope_section") != nil else { throw missing("mrope_section", for: "mrope") }
        }
        // For text all three rows of mrope's positions are equal, which makes it the default embedding.
        _ = present("mrope_section")
        _ = present("mrope_interleaved")
        return renamed[type] ?? type
    }

    mutating func scaling(maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.Scaling {
        switch try type() {
        case "default":
            return .default
        case "linear":
            return .linear(factor: try required("factor", for: "linear"))
        case "dynamic":
            if let alpha = try positive("alpha") { return .dynamicAlpha(alpha) }
            return .dynamic(factor: try required("factor", for: "dynamic"))
        case "llama3":
            return .llama3(try llama3(maxPositionEmbeddings))
        case "yarn":
            return .yarn(try yarn(maxPositionEmbeddings, type: .plain))
        case "deepseek_yarn":
            return .yarn(try yarn(maxPositionEmbeddings, type: .deepseek))
        case "telechat3-yarn":
            return .yarn(try yarn(maxPositionEmbeddings, type: .telechat3))
        case "longrope":
            return .longrope(try longRope(maxPositionEmbeddings))
        case "proportional":
            return .proportional(factor: try positive("factor") ?? 1)
        case let unknown:
            throw config.error(path("rope_type"), "\(unknown) is not supported; supported: \(Self.supportedTypes)")
        }
    }

    /// Llama 4's scaling of queries: an object, as a member or at the top, or only its strength as a member.
    mutating func queryScaling(maxPositionEmbeddings: Int) throws(ModelError) -> RotaryEmbedding.QueryScaling? {
        guard defaults.scalesQueries else { return nil }
        let key = "llama_4_scaling"
        if let member = present(key) { return try queryScaling(member, path(key)) }
        let outside = config.present(key)
        guard let beta = try number("llama_4_scaling_beta") else {
            guard let outside else { return nil }
            return try queryScaling(outside, key)
        }
        guard outside == nil else {
            throw config.error(key, "contradicts \(path("llama_4_scaling_beta")); give one of them")
        }
        let length = try originalMaxPositionEmbeddings(maxPositionEmbeddings)
        return try queryScaling(beta, length, path("original_max_position_embeddings"))
    }

    private func queryScaling(
        _ object: JSONValue, _ path: String
    ) throws(ModelError) -> RotaryEmbedding.QueryScaling {
        let key = "original_max_position_embeddings"
        guard let beta = object["beta"]?.doubleValue, let length = object[key]?.doubleValue else {
            throw config.error(path, "expected an object with the numbers beta and \(key)")
        }
        return try queryScaling(beta, length, "\(path).\(key)")
    }

    private func queryScaling(
        _ beta: Double, _ length: Double, _ key: String
    ) throws(ModelError) -> RotaryEmbedding.QueryScaling {
        guard length >= 1, length <= Double(Int32.max), beta.isFinite else {
            throw config.error(key, "expected 1 to \(Int32.max) positions, found \(length)")
        }
        return RotaryEmbedding.QueryScaling(beta: Float(beta), originalMaxPositionEmbeddings: Int(length))
    }

    /// Positions of the pretraining; Phi-3 keeps them outside, and there they win.
    private mutating func originalMaxPositionEmbeddings(_ fallback: Int) throws(ModelError) -> Double {
        let key = "original_max_position_embeddings"
        let member = try positive(key)
        if isNested { return member ?? Double(fallback) }
        if let outside = try topLevelNumber(key) {
            guard outside.value > 0 else { throw config.error(key, "expected more than 0, found \(outside.value)") }
            return outside.value
        }
        return defaults.originalMaxPositionEmbeddings.map(Double.init) ?? member ?? Double(fallback)
    }

    private mutating func llama3(_ maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.Llama3 {
        RopeParameters.Llama3(
            factor: try required("factor", for: "llama3"),
            lowFreqFactor: try required("low_freq_factor", for: "llama3"),
            highFreqFactor: try required("high_freq_factor", for: "llama3"),
            originalMaxPositionEmbeddings: try originalMaxPositionEmbeddings(maxPositionEmbeddings))
    }

    /// The types that differ in the attention factor they infer.
    private enum YarnType { case plain, deepseek, telechat3 }

    private mutating func yarn(
        _ maxPositionEmbeddings: Int, type: YarnType
    ) throws(ModelError) -> RopeParameters.Yarn {
        let original = try originalMaxPositionEmbeddings(maxPositionEmbeddings)
        guard isWritten("factor") else { throw missing("factor", for: "yarn") }
        // An explicit null asks for the ratio of the two lengths.
        let factor = try positive("factor") ?? Double(maxPositionEmbeddings) / original
        let mscale = try number("mscale")
        let mscaleAllDim = try number("mscale_all_dim") ?? 0
        func magnitude(_ mscale: Double) -> Double { RopeParameters.Yarn.magnitude(factor, mscale) }
        let inferred =
            switch type {
            case .plain:
                (mscale ?? 0) != 0 && mscaleAllDim != 0
                    ? magnitude(mscale ?? 0) / magnitude(mscaleAllDim) : magnitude(1)
            case .deepseek: magnitude(mscale ?? 1) / magnitude(mscaleAllDim)
            case .telechat3: 0.07 * log(factor) + 1
            }
        return RopeParameters.Yarn(
            factor: factor, originalMaxPositionEmbeddings: original, betaFast: try positive("beta_fast") ?? 32,
            betaSlow: try positive("beta_slow") ?? 1, truncate: try bool("truncate") ?? true,
            attentionFactor: try positive("attention_factor") ?? inferred, mscaleAllDim: mscaleAllDim)
    }

    private mutating func longRope(_ maxPositionEmbeddings: Int) throws(ModelError) -> RopeParameters.LongRope {
        let original = try originalMaxPositionEmbeddings(maxPositionEmbeddings)
        guard original <= Double(Int32.max) else {
            throw config.error(
                path("original_max_position_embeddings"), "expected at most \(Int32.max), found \(original)")
        }
        let factor = try positive("factor") ?? Double(maxPositionEmbeddings) / original
        let inferred = factor <= 1 ? 1 : (1 + log(factor) / log(original)).squareRoot()
        return RopeParameters.LongRope(
            shortFactor: try list("short_factor", for: "longrope"),
            longFactor: try list("long_factor", for: "longrope"),
            originalMaxPositionEmbeddings: original, attentionFactor: try positive("attention_factor") ?? inferred)
    }
}
