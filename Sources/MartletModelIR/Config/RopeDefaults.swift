public import MartletJSON

/// What a family's configuration class makes of rotary keys that are absent, and the keys only it has.
public struct RopeDefaults: Sendable {
    /// Base of the frequencies.
    public var theta: Double
    /// Share of each head that is rotated.
    public var partialRotaryFactor: Double
    /// Whether pairs are (2i, 2i + 1) where `rope_interleave` does not say.
    public var isInterleaved: Bool
    /// The members of `rope_parameters` where the configuration has none at all.
    public var members: JSONObject
    /// Positions of the pretraining, which win over the member of the same name (Phi-3); nil: the member decides.
    public var originalMaxPositionEmbeddings: Int?
    /// Types that the family knows by another name.
    public var renamedTypes: [String: String]
    /// Whether the family scales rotated queries as Llama 4 does (`llama_4_scaling_beta`, `llama_4_scaling`).
    public var scalesQueries: Bool
    /// Where the numbers of a layer type stand in families whose layer types rotate differently; nil for the others.
    public var layerTypeKeys: LayerTypeKeys?

    /// The keys outside `rope_parameters` that one layer type reads (Gemma 3, OLMo 3).
    public struct LayerTypeKeys: Sendable {
        /// The key of theta, or nil.
        public var theta: String?
        /// Whether `rope_scaling` is meant for this layer type.
        public var takesScaling: Bool

        /// The keys of a layer type.
        public init(theta: String?, takesScaling: Bool) {
            self.theta = theta
            self.takesScaling = takesScaling
        }
    }

    /// The defaults of transformers' base class, unless told.
    public init(
        theta: Double = 10_000, partialRotaryFactor: Double = 1, isInterleaved: Bool = false,
        members: JSONObject = JSONObject(), originalMaxPositionEmbeddings: Int? = nil,
        renamedTypes: [String: String] = [:], scalesQueries: Bool = false, layerTypeKeys: LayerTypeKeys? = nil
    ) {
        self.theta = theta
        self.partialRotaryFactor = partialRotaryFactor
        self.isInterleaved = isInterleaved
        self.members = members
        self.originalMaxPositionEmbeddings = originalMaxPositionEmbeddings
        self.renamedTypes = renamedTypes
        self.scalesQueries = scalesQueries
        self.layerTypeKeys = layerTypeKeys
    }
}
