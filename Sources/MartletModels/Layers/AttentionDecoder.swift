internal import MartletModelIR

/// A decoder whose every layer is one attention and one MLP: what follows from its shape.
protocol AttentionDecoder: ModelArchitecture {
    var shape: DecoderShape { get }
    /// One per layer.
    var layers: [AttentionSpec] { get }
}

extension AttentionDecoder {
    var vocabSize: Int { shape.vocabSize }
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }
    var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }
}
