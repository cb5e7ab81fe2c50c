public import MartletModelIR

/// A model as a source of embeddings or scores: an encoder as it is, or a decoder without its vocabulary projection.
public struct PoolingArchitecture: Sendable {
    /// The architecture that was found.
    public let model: any ModelArchitecture
    /// Token ids in, last hidden states of the wanted rows out.
    public let program: Program
    /// What to do with them; layers where the model scores labels.
    public let head: PoolingHead
    /// The weight of a decoder's vocabulary projection, one row per token; nil for encoders.
    public let vocabularyProjection: WeightRef?

    /// The weights of a checkpoint under the program's names.
    public func weights(_ source: any WeightSource) -> any WeightSource {
        RenamedWeights(source) { [model] name in
            let isDecoder = model.entryPoints.contains(.decoder)
            return model.aliases(of: name) + (isDecoder && name.hasPrefix("model.") ? [String(name.dropFirst(6))] : [])
        }
    }

    /// Whether only whole sequences can be computed in one step, because tokens see what follows them.
    public var needsWholeSequences: Bool {
        program.nodes.contains { node in
            if case .attention(_, let spec) = node.op { !spec.isCausal } else { false }
        }
    }
}

extension ModelRegistry {
    private static let modelSuffix = "Model"
    private static let classifierSuffix = "ForSequenceClassification"
    private static let decoderSuffix = "ForCausalLM"

    /// The decoder of a name that means a decoder without its head or with one that scores labels, such as `Qwen3Model`.
    private func decoderName(behind name: String) -> String? {
        for suffix in [Self.modelSuffix, Self.classifierSuffix] where name.hasSuffix(suffix) {
            let decoder = name.dropLast(suffix.count) + Self.decoderSuffix
            if supportedArchitectures.contains(String(decoder)) { return String(decoder) }
        }
        return nil
    }

    /// Whether a configuration's architecture gives embeddings or scores, and no text.
    public func isPoolingOnly(_ config: ModelConfig) -> Bool {
        let name = config.architecture
        guard supportedArchitectures.contains(name) else { return decoderName(behind: name) != nil }
        guard let model = try? model(for: config) else { return false }
        return !model.entryPoints.contains(.decoder)
    }

    /// The model of a configuration as a source of embeddings or scores.
    ///
    /// **Throws** as `model(for:)`, and where a decoder does not end in a vocabulary projection.
    public func poolingModel(for config: ModelConfig) throws(ModelError) -> PoolingArchitecture {
        let name = config.architecture
        guard !isTranscription(config) else {
            throw config.error("architectures", "\(name) turns speech into text and gives no embeddings or scores")
        }
        guard !supportedArchitectures.contains(name), let decoder = decoderName(behind: name) else {
            return try poolingModel(model(for: config), head: nil, config)
        }
        let isClassifier = name.hasSuffix(Self.classifierSuffix)
        let model = try model(for: config.renamed(to: decoder))
        let numLabels = isClassifier ? try config.numLabels() : 0
        return try poolingModel(model, head: isClassifier ? numLabels : nil, config)
    }

    /// `head`: labels scored by `score.weight` over the last token's hidden state.
    private func poolingModel(
        _ model: any ModelArchitecture, head numLabels: Int?, _ config: ModelConfig
    ) throws(ModelError) -> PoolingArchitecture {
        var recorder = Recorder()
        guard model.entryPoints.contains(.decoder) else {
            let output = try model.record(.encoder, into: &recorder)
            return PoolingArchitecture(
                model: model, program: recorder.finish(output), head: model.poolingHead, vocabularyProjection: nil)
        }
        let output = try model.record(.decoder, into: &recorder)
        let decoder = recorder.finish(output)
        guard let program = decoder.hiddenStates else {
            throw config.error("architectures", "\(config.architecture) does not end in a vocabulary projection")
        }
        var head = model.poolingHead
        if let numLabels {
            let width = program.nodes[program.output.id].width
            head.layers = [.linear([WeightScope("score").weight(out: numLabels, in: width)], bias: nil)]
        }
        return PoolingArchitecture(
            model: model, program: program, head: head, vocabularyProjection: decoder.vocabularyWeight)
    }
}
