/// A rotary position embedding with its frequencies worked out.
public struct RotaryEmbedding: Hashable, Sendable {
    /// Leading dimensions of each head that are rotated; the others pass through.
    public var rotaryDim: Int
    /// `rotaryDim / 2` angles per position, in radians.
    public var inverseFrequencies: [Float]
    /// Factor on cos and sin (yarn, longrope); 1 for the others.
    public var attentionFactor: Float
    /// True: pairs are (i, i + rotaryDim/2), as Hugging Face checkpoints; false: (2i, 2i + 1), as llama GGUF files.
    public var isNeoxStyle: Bool
    /// Growth of the queries with their position, or nil.
    public var queryScaling: QueryScaling?
    /// What requests that are longer than the checkpoint's first training take instead (longrope), or nil.
    public var long: LongVariant?

    /// Llama 4's scaling of rotated queries: `q *= 1 + beta * ln(1 + floor(position / originalMaxPositionEmbeddings))`.
    public struct QueryScaling: Hashable, Sendable {
        /// Strength.
        public var beta: Float
        /// Positions of one step.
        public var originalMaxPositionEmbeddings: Int

        /// A scaling of the given strength.
        public init(beta: Float, originalMaxPositionEmbeddings: Int) {
            self.beta = beta
            self.originalMaxPositionEmbeddings = originalMaxPositionEmbeddings
        }

        /// The factor at a position.
        public func factor(position: Int) -> Float {
            1 + beta * Float(log(Double(1 + position / originalMaxPositionEmbeddings)))
        }
    }

    /// Frequencies for requests of more than `length` tokens; `InputBatch.usesLongRotary` says which those are.
    public struct LongVariant: Hashable, Sendable {
        /// Requests of up to this many tokens take the usual frequencies.
        public var length: Int
        /// As `RotaryEmbedding.inverseFrequencies`.
        public var inverseFrequencies: [Float]
        /// As `RotaryEmbedding.attentionFactor`.
        public var attentionFactor: Float

        /// The variant for requests longer than `length`.
        public init(length: Int, inverseFrequencies: [Float], attentionFactor: Float) {
            self.length = length
            self.inverseFrequencies = inverseFrequencies
            self.attentionFactor = attentionFactor
        }
    }

    /// A rotary embedding from its frequencies.
    public init(
        rotaryDim: Int, inverseFrequencies: [Float], attentionFactor: Float = 1, isNeoxStyle: Bool = true,
        queryScaling: QueryScaling? = nil, long: LongVariant? = nil
    ) {
        precondition(inverseFrequencies.count * 2 == rotaryDim)
        precondition(long.map { $0.inverseFrequencies.count * 2 == rotaryDim } ?? true)
        self.rotaryDim = rotaryDim
        self.inverseFrequencies = inverseFrequencies
        self.attentionFactor = attentionFactor
        self.isNeoxStyle = isNeoxStyle
        self.queryScaling = queryScaling
        self.long = long
    }
}

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif
