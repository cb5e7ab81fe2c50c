import MartletJSON
import MartletModelIR

/// What the files of sentence-transformers beside a model say about embeddings.
///
/// **Source** sentence-transformers `modules.json`, `Pooling`, `Dense`, `Normalize`, `Transformer`.
struct SentenceTransformersFiles: Sendable {
    /// A linear layer over the pooled vector.
    struct Dense: Sendable {
        var folder: String
        var inputs: Int
        var outputs: Int
        var hasBias: Bool
        var activation: Activation?
    }

    /// How hidden states are pooled; nil where there is no pooling module.
    var poolings: [PoolingType]?
    /// False: the tokens of a prompt are not pooled.
    var includesPrompt = true
    var dense: [Dense] = []
    /// The vector is brought to length one.
    var normalizes = false
    /// Texts to put before inputs, by name.
    var prompts: [String: String] = [:]
    var defaultPromptName: String?
    /// Most tokens of a text; nil where the files do not say.
    var maxSeqLength: Int?
    /// Texts become lower case before they are tokens.
    var lowercases = false

    /// The files of a folder; nil where there is no modules.json.
    ///
    /// **Throws** `cannotLoad` for files that cannot be read and `unsupported` for modules that are not known.
    init?(folder: String) throws(LLMError) {
        guard let modules = try TokenizerLoading.json("\(folder)/modules.json") else { return nil }
        guard let list = modules.arrayValue else { throw .cannotLoad("\(folder)/modules.json: expected an array") }
        for module in list {
            let type = module["type"]?.stringValue ?? ""
            let path = module["path"]?.stringValue ?? ""
            guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                throw .cannotLoad("\(folder)/modules.json: path \(path) leaves the folder")
            }
            try read(type, folder: path.isEmpty ? folder : "\(folder)/\(path)", root: folder)
        }
        try readSettings(folder)
    }

    private mutating func read(_ type: String, folder: String, root: String) throws(LLMError) {
        guard type.hasPrefix("sentence_transformers.") else { throw Self.unknown(type, root) }
        switch type.split(separator: ".").last {
        case "Transformer": try readTransformer(folder)
        case "Pooling": try readPooling(folder)
        case "Dense": try readDense(folder)
        case "Normalize": normalizes = true
        case "Dropout": break  // Only training drops anything.
        default: throw Self.unknown(type, root)
        }
        if normalizes, type.hasSuffix(".Dense") || type.hasSuffix(".Pooling") {
            throw .unsupported("\(root)/modules.json: \(type) after Normalize is not supported")
        }
    }

    private static func unknown(_ type: String, _ folder: String) -> LLMError {
        .unsupported(
            "\(folder)/modules.json: module \(type) is not supported; supported: Transformer, Pooling, Dense, Normalize"
        )
    }

    private mutating func readTransformer(_ folder: String) throws(LLMError) {
        let names = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"]
        for name in names {
            guard let config = try TokenizerLoading.json("\(folder)/sentence_\(name)_config.json") else { continue }
            if let length = config["max_seq_length"]?.intValue, length > 0 { maxSeqLength = length }
            lowercases = config["do_lower_case"]?.boolValue ?? false
            return
        }
    }

    private mutating func readPooling(_ folder: String) throws(LLMError) {
        let path = "\(folder)/config.json"
        guard let config = try TokenizerLoading.json(path)?.objectValue else {
            throw .cannotLoad("\(path): no such file, or no JSON object")
        }
        let old: [(String, PoolingType)] = [
            ("cls_token", .cls), ("max_tokens", .max), ("mean_tokens", .mean), ("mean_sqrt_len_tokens", .meanSqrtLen),
            ("weightedmean_tokens", .weightedMean), ("lasttoken", .last),
        ]
        var found: [PoolingType] = []
        for (key, value) in config {
            if key == "pooling_mode" {
                let modes = value.stringValue.map { [$0] } ?? value.arrayValue?.compactMap(\.stringValue) ?? []
                for mode in modes {
                    guard let pooling = PoolingType(rawValue: mode) else { throw Self.unknownPooling(mode, path) }
                    found.append(pooling)
                }
            } else if key.hasPrefix("pooling_mode_"), value.boolValue == true {
                let mode = String(key.dropFirst("pooling_mode_".count))
                guard old.contains(where: { $0.0 == mode }) else { throw Self.unknownPooling(mode, path) }
            }
        }
        if found.isEmpty { found = old.filter { config["pooling_mode_\($0.0)"]?.boolValue == true }.map(\.1) }
        poolings = found.isEmpty ? [.mean] : found
        includesPrompt = config["include_prompt"]?.boolValue ?? true
    }

    private static func unknownPooling(_ mode: String, _ path: String) -> LLMError {
        .unsupported(
            "\(path): pooling mode \(mode) is not supported; supported: "
                + PoolingType.allCases.map(\.rawValue).joined(separator: ", "))
    }

    private mutating func readDense(_ folder: String) throws(LLMError) {
        let path = "\(folder)/config.json"
        guard let config = try TokenizerLoading.json(path)?.objectValue else {
            throw .cannotLoad("\(path): no such file, or no JSON object")
        }
        guard let inputs = config["in_features"]?.intValue, let outputs = config["out_features"]?.intValue,
            (1...65_536).contains(inputs), (1...65_536).contains(outputs)
        else { throw .cannotLoad("\(path): in_features and out_features must be sizes up to 65536") }
        for key in ["module_input_name", "module_output_name"] {
            guard let name = config[key]?.stringValue, name != "sentence_embedding" else { continue }
            throw .unsupported("\(path): \(key) \(name) is not supported; supported: sentence_embedding")
        }
        let activation = config["activation_function"]?.stringValue ?? "torch.nn.modules.activation.Tanh"
        dense.append(
            Dense(
                folder: folder, inputs: inputs, outputs: outputs, hasBias: config["bias"]?.boolValue ?? true,
                activation: try TorchActivation.named(activation, in: path)))
    }

    private mutating func readSettings(_ folder: String) throws(LLMError) {
        guard let config = try TokenizerLoading.json("\(folder)/config_sentence_transformers.json")?.objectValue else {
            return
        }
        for (name, prompt) in config["prompts"]?.objectValue ?? JSONObject() { prompts[name] = prompt.stringValue }
        defaultPromptName = config["default_prompt_name"]?.stringValue
        if let name = defaultPromptName, prompts[name] == nil {
            throw .cannotLoad(
                "\(folder)/config_sentence_transformers.json: default_prompt_name \(name) is none of prompts")
        }
    }
}

/// Activations by the names of torch's modules.
enum TorchActivation {
    /// nil is the identity.
    ///
    /// **Throws** `unsupported` for names that are not known; `place` says where it stands.
    static func named(_ name: String, in place: String) throws(LLMError) -> Activation? {
        switch name.split(separator: ".").last {
        case "Identity": return nil
        case "Tanh": return .tanh
        case "Sigmoid": return .sigmoid
        case "GELU": return .gelu
        case "ReLU": return .relu
        case "SiLU": return .silu
        default:
            throw .unsupported(
                "\(place): activation \(name) is not supported; supported: torch's Identity, Tanh, Sigmoid, GELU, ReLU, "
                    + "SiLU")
        }
    }
}
