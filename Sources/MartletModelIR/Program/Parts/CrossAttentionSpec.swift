/// Shape and numbers of one layer's attention from a decoder to what an encoder made of the request's input.
///
/// Keys and values are computed once per input and lie in a cross slot: `numPositions` of them, all of which every token sees.
/// **Source** transformers `modeling_whisper.py`.
public struct CrossAttentionSpec: Hashable, Sendable {
    /// Index of the layer's cache in `ModelArchitecture.kvCacheSpecs`.
    public var layer: Int
    /// Query, key and value heads.
    public var numHeads: Int
    /// Width of one head.
    public var headDim: Int
    /// Factor on q·k before softmax.
    public var scale: Float
    /// Keys and values of a slot.
    public var numPositions: Int
    /// Heads whose weights tell which input belongs to which token.
    public var alignmentHeads: [Int]
    /// Place of the first of them among those of all layers, in the order of the layers.
    public var firstAlignmentHead: Int

    /// A cross attention of the given shape; `scale` defaults to `headDim^-0.5`.
    public init(
        layer: Int, numHeads: Int, headDim: Int, scale: Float? = nil, numPositions: Int, alignmentHeads: [Int] = [],
        firstAlignmentHead: Int = 0
    ) {
        self.layer = layer
        self.numHeads = numHeads
        self.headDim = headDim
        self.scale = scale ?? 1 / Float(headDim).squareRoot()
        self.numPositions = numPositions
        self.alignmentHeads = alignmentHeads
        self.firstAlignmentHead = firstAlignmentHead
    }

    /// Columns of all heads.
    public var width: Int { numHeads * headDim }
}
