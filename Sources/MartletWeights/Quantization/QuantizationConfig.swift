internal import MartletJSON
internal import MartletModelIR

/// How config.json says the weights were quantised: `quantization_config`, of the model or of its `text_config`.
///
/// What lies in the files decides which weights are quantised; the lists of modules that are not
/// (`modules_to_not_convert`, `ignored_layers`, `ignore`) say the same again and are not needed. Activations stay in
/// the engine's own type whatever `activation_scheme` says, which is the more exact result.
///
/// **Source** transformers `FineGrainedFP8Config`, `Mxfp4Config`; compressed-tensors `QuantizationConfig`.
struct QuantizationConfig: Hashable, Sendable {
    /// The layouts that can be read.
    enum Method: String, Hashable, Sendable {
        case fp8
        case compressedTensors = "compressed-tensors"
        case mxfp4
    }

    /// Rows and columns of a weight under one scale.
    struct Block: Hashable, Sendable {
        var rows: Int
        var columns: Int
    }

    /// Who wrote the weights.
    let method: Method
    /// Nil where a scale is a whole tensor's or a row's.
    let block: Block?
    /// What the activations were quantised by: `dynamic`, `static`, or nil where nothing is said.
    let activationScheme: String?

    static let supported =
        "supported: fp8 (e4m3, scales per block or tensor), compressed-tensors of format float-quantized "
        + "(8-bit weights, scales per tensor, channel, group or block), mxfp4"

    /// The section of a configuration, or nil where the weights are not quantised.
    ///
    /// **Throws** `unsupported` naming the key whose value cannot be served.
    static func find(in config: JSONObject, origin: String) throws(CheckpointError) -> QuantizationConfig? {
        for (path, parent) in [("", config), ("text_config.", config["text_config"]?.objectValue ?? JSONObject())] {
            for key in ["quantization_config", "compression_config"] {
                guard let value = parent[key], !value.isNull else { continue }
                let reader = Section(path: path + key, origin: origin, json: value.objectValue)
                return try QuantizationConfig(reader)
            }
        }
        return nil
    }

    private init(_ section: Section) throws(CheckpointError) {
        guard section.json != nil else { throw section.error(nil, "expected an object") }
        let name = try section.string("quant_method") ?? ""
        guard let method = Method(rawValue: name) else {
            let format = try section.string("format").map { ", format \"\($0)\"," } ?? ""
            throw section.error("quant_method", "\"\(name)\"\(format) is not supported; \(Self.supported)")
        }
        self.method = method
        switch method {
        case .fp8: (block, activationScheme) = try Self.fp8(section)
        case .compressedTensors: (block, activationScheme) = try Self.compressedTensors(section)
        case .mxfp4: (block, activationScheme) = (nil, nil)
        }
    }

    private static func fp8(_ section: Section) throws(CheckpointError) -> (Block?, String?) {
        if let format = try section.string("fmt"), !["e4m3", "float8_e4m3", "float8_e4m3fn"].contains(format) {
            throw section.error("fmt", "\"\(format)\" is not supported; supported: e4m3")
        }
        if let type = try section.string("expert_dtype"), type != "fp8" {
            throw section.error("expert_dtype", "\"\(type)\" is not supported; supported: fp8")
        }
        if let format = try section.string("scale_fmt"), !["float", "ue8m0"].contains(format) {
            throw section.error("scale_fmt", "\"\(format)\" is not supported; supported: float, ue8m0")
        }
        let scheme = try section.string("activation_scheme")?.lowercased() ?? "dynamic"
        guard ["dynamic", "static"].contains(scheme) else {
            throw section.error("activation_scheme", "\"\(scheme)\" is not supported; supported: dynamic, static")
        }
        // The class's default; null means one scale for a tensor.
        guard let value = section.json?["weight_block_size"] else { return (Block(rows: 128, columns: 128), scheme) }
        return (value.isNull ? nil : try section.block("weight_block_size", value), scheme)
    }

    private static func compressedTensors(_ section: Section) throws(CheckpointError) -> (Block?, String?) {
        let format = try section.string("format") ?? ""
        guard format == "float-quantized" else {
            throw section.error("format", "\"\(format)\" is not supported; \(supported)")
        }
        if let sparsity = try section.object("sparsity_config"), let kind = try sparsity.string("format"),
            kind != "dense"
        {
            throw sparsity.error("format", "\"\(kind)\" is not supported; supported: dense")
        }
        if let transform = section.json?["transform_config"]?.objectValue, !transform.isEmpty {
            throw section.error("transform_config", "is not supported; supported: none")
        }
        guard let groups = try section.object("config_groups"), let json = groups.json, !json.isEmpty else {
            throw section.error("config_groups", "is missing")
        }
        var block: Block?
        var scheme: String?
        for (name, _) in json {
            guard let group = try groups.object(name), let weights = try group.object("weights") else {
                throw groups.error("\(name).weights", "is missing")
            }
            if let own = try weights.block() {
                guard block == nil || block == own else {
                    throw weights.error("strategy", "has other blocks than another group, which is not supported")
                }
                block = own
            }
            if let activations = try group.object("input_activations") {
                scheme = activations.json?["dynamic"]?.boolValue == false ? "static" : "dynamic"
            }
        }
        return (block, scheme)
    }

    /// Writes down what the weights are and what becomes of the activations; the section counts as read.
    func note(in config: ModelConfig) {
        _ = (config.present("quantization_config"), config.present("compression_config"))
        let weights =
            switch method {
            case .mxfp4: "mxfp4, a scale for every 32 columns"
            case .fp8, .compressedTensors:
                block.map { "fp8, a scale for every block of \($0.rows) x \($0.columns)" }
                    ?? "fp8, a scale for every tensor or row"
            }
        config.note("weight_quantization", value: weights, source: "quantization_config")
        guard let activationScheme else { return }
        config.note(
            "activation_quantization", value: "none", source: "quantization_config",
            rule: "activations are not quantised, \(activationScheme) scales of theirs are not used")
    }
}

extension QuantizationConfig.Section {
    /// The blocks of a compressed-tensors weight scheme, nil for scales of tensors and channels.
    fileprivate func block() throws(CheckpointError) -> QuantizationConfig.Block? {
        let type = try string("type") ?? "int"
        guard type == "float", json?["num_bits"]?.intValue == 8 else {
            throw error("type", "\"\(type)\" of \(json?["num_bits"]?.intValue ?? 0) bits; supported: float of 8")
        }
        if json?["symmetric"]?.boolValue == false { throw error("symmetric", "false is not supported") }
        switch try string("strategy") ?? "" {
        case "tensor", "channel": return nil
        case "group":
            guard let size = json?["group_size"] else { throw error("group_size", "is missing") }
            return try block("group_size", .array([.integer(1), size]))
        case "block":
            guard let size = json?["block_structure"] else { throw error("block_structure", "is missing") }
            return try block("block_structure", size)
        case let other:
            throw error("strategy", "\"\(other)\" is not supported; supported: tensor, channel, group, block")
        }
    }
}
