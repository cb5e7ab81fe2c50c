import MartletJSON
import MartletModelIR
import MartletModels
import MartletTokenizers
import MartletWeights

/// How a model's hidden states become embeddings or scores, from its files and the configuration.
struct PoolingPlan: Sendable {
    var poolings: [PoolingType]
    /// Layers over the pooled vector, in order; empty for plain embeddings.
    var layers: [PooledLayers]
    /// Width of what comes out.
    var width: Int
    /// Labels of a classifier; nil for embeddings.
    var labels: [String]?
    var activation: ScoreActivation
    /// Embeddings are brought to length one unless a request says otherwise.
    var normalizes: Bool
    /// Lengths an embedding may be cut to; nil for none, empty for all.
    var matryoshka: [Int]?
    var files: SentenceTransformersFiles?

    /// **Throws** `unsupported` or `cannotLoad`, naming file and key.
    init(
        _ architecture: PoolingArchitecture, _ opened: OpenedCheckpoint, _ configuration: LLMConfiguration,
        files: SentenceTransformersFiles?, tokenizer: Tokenizer?
    ) throws(LLMError) {
        self.files = files
        let config = opened.checkpoint.config.json
        var head = architecture.head
        let isConverted = configuration.convert == .classify && head.layers.isEmpty
        if isConverted { head.layers = try Self.tokenScores(architecture, config, tokenizer, opened.origin) }
        let hidden = architecture.program.nodes[architecture.program.output.id].width
        let wantsScores = !head.layers.isEmpty && configuration.convert != .embed
        poolings = wantsScores ? [head.pooling] : files?.poolings ?? [head.pooling]
        layers = []
        width = hidden * poolings.count
        normalizes = files?.poolings == nil || files?.normalizes == true
        let weights = architecture.weights(opened.checkpoint.weights)
        if wantsScores {
            do { layers.append(try PooledLayers(head.layers, weights: weights)) } catch {
                throw .cannotLoad("\(opened.origin): \(error)")
            }
            width = isConverted ? 1 : head.numOutputs
            labels = isConverted ? ["LABEL_0"] : Self.labels(config, count: width)
        } else {
            for dense in files?.dense ?? [] {
                guard dense.inputs == width else {
                    throw .cannotLoad("\(dense.folder): in_features \(dense.inputs), but \(width) columns come in")
                }
                layers.append(try dense.layers())
                width = dense.outputs
            }
        }
        activation = try ScoreActivation(config: config, numLabels: labels?.count ?? 1)
        if let lengths = config["matryoshka_dimensions"]?.arrayValue {
            matryoshka = lengths.compactMap(\.intValue)
        } else if config["is_matryoshka"]?.boolValue == true {
            matryoshka = []
        }
        try apply(configuration.poolerConfig)
    }

    /// The difference of two tokens' logits after the prompt: `classifier_from_token`, else "no" and "yes".
    private static func tokenScores(
        _ architecture: PoolingArchitecture, _ config: JSONObject, _ tokenizer: Tokenizer?, _ origin: String
    ) throws(LLMError) -> [PoolingHead.Layer] {
        let names = config["classifier_from_token"]?.arrayValue?.compactMap(\.stringValue) ?? ["no", "yes"]
        guard names.count == 2 else {
            throw .unsupported("\(origin): classifier_from_token must name two tokens, found \(names.count)")
        }
        guard let projection = architecture.vocabularyProjection, let tokenizer else {
            throw .unsupported("\(origin): --convert classify needs a model that generates text, and its tokenizer")
        }
        var rows: [WeightRef] = []
        for name in names {
            guard let id = tokenizer.id(of: name), Int(id) < projection.shape[0] else {
                throw .unsupported("\(origin): the vocabulary has no token \(name), which --convert classify scores")
            }
            rows.append(projection.rows(start: Int(id), length: 1))
        }
        return [.linear(rows, bias: nil), .difference]
    }

    private static func labels(_ config: JSONObject, count: Int) -> [String] {
        let names = config["id2label"]
        return (0..<count).map { names?["\($0)"]?.stringValue ?? "LABEL_\($0)" }
    }

    /// What is in force, for the log.
    var settings: [String] {
        let names = poolings.map(\.rawValue).joined(separator: " and ")
        let source = files?.poolings == nil ? "the architecture" : "its sentence-transformers files"
        if let labels {
            return ["scores of \(labels.count) label\(labels.count == 1 ? "" : "s") from \(names), \(activation)"]
        }
        return [
            "embeddings of \(width) columns: \(names) pooling as \(source) say\(files?.poolings == nil ? "s" : ""), "
                + (normalizes ? "normalised" : "not normalised")
        ]
    }

    /// `--pooler-config`: what it says replaces what the files say.
    private mutating func apply(_ overrides: JSONObject) throws(LLMError) {
        func wrong(_ key: String, _ accepted: String) -> LLMError {
            .unsupported("--pooler-config: \(key) must be \(accepted)")
        }
        for (key, value) in overrides where !value.isNull {
            switch key {
            case "pooling_type", "seq_pooling_type":
                let types: [String: PoolingType] = ["CLS": .cls, "LAST": .last, "MEAN": .mean]
                guard let pooling = value.stringValue.flatMap({ types[$0.uppercased()] }) else {
                    throw wrong(key, "CLS, LAST or MEAN")
                }
                poolings = [pooling]
            case "use_activation", "normalize":
                guard let flag = value.boolValue else { throw wrong(key, "true or false") }
                normalizes = flag
                if !flag { activation = .identity }
            case "dimensions":
                guard let length = value.intValue, (1...width).contains(length) else {
                    throw wrong(key, "from 1 to \(width)")
                }
                matryoshka = (matryoshka ?? []) + [length]
            case "task":
                guard ["embed", "classify"].contains(value.stringValue) else { throw wrong(key, "embed or classify") }
                guard (value.stringValue == "classify") == (labels != nil) else {
                    throw .unsupported("--pooler-config: the model is no source of task \(value.stringValue ?? "")")
                }
            default:
                throw .unsupported(
                    "--pooler-config: \(key) is not supported; supported: pooling_type, seq_pooling_type, "
                        + "use_activation, dimensions, task")
            }
        }
    }
}

extension SentenceTransformersFiles.Dense {
    /// The layer with its weights from the module's folder.
    func layers() throws(LLMError) -> PooledLayers {
        let linear = WeightScope("linear")
        var layers = [
            PoolingHead.Layer.linear(
                [linear.weight(out: outputs, in: inputs)], bias: hasBias ? linear.bias(outputs) : nil)
        ]
        if let activation { layers.append(.activation(activation)) }
        let weights: any WeightSource
        do { weights = try Safetensors.weights(path: "\(folder)/model.safetensors") } catch { throw LLMError(error) }
        do { return try PooledLayers(layers, weights: weights) } catch { throw .cannotLoad("\(folder): \(error)") }
    }
}
