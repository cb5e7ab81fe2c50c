/// A layer of experts with its router.
public struct MixtureOfExperts: Hashable, Sendable {
    /// How rows choose their experts.
    public var routing: Routing
    /// `[numExperts, hidden]`; its product is worked out in float32 always.
    public var router: WeightRef
    /// `[numExperts]` added to the router's logits, or nil.
    public var routerBias: WeightRef?
    /// `[numExperts]` added to the scores while experts are chosen, not to their weights, or nil.
    public var correctionBias: WeightRef?
    /// One `[width, hidden]` per expert.
    public var gate: [WeightRef]
    /// One `[width, hidden]` per expert.
    public var up: [WeightRef]
    /// One `[hidden, width]` per expert.
    public var down: [WeightRef]
    /// One `[width]` per expert, or empty.
    public var gateBias: [WeightRef]
    /// One `[width]` per expert, or empty.
    public var upBias: [WeightRef]
    /// One `[hidden]` per expert, or empty.
    public var downBias: [WeightRef]
    /// Of the gate; an expert is `down(activation(gate(x)) * up(x))`.
    public var activation: Activation

    /// Which experts a row takes, and how much of each.
    public struct Routing: Hashable, Sendable, BitwiseCopyable {
        /// What becomes of the router's logits.
        public enum Scoring: Hashable, Sendable, BitwiseCopyable {
            /// Softmax over all experts.
            case softmax
            /// Sigmoid of each.
            case sigmoid
            /// The largest logits are chosen, then softmax over those.
            case softmaxOfChosen
        }

        /// How good a group of experts is.
        public enum GroupScore: Hashable, Sendable, BitwiseCopyable {
            /// Its best expert's score (DeepSeek V2).
            case best
            /// The sum of its two best scores (DeepSeek V3).
            case bestTwo
        }

        /// Experts a row takes.
        public var topK: Int
        /// What becomes of the logits.
        public var scoring: Scoring
        /// Equal groups of consecutive experts; only experts of the best `topGroups` groups are chosen.
        public var numGroups: Int
        /// Groups that stay in the choice.
        public var topGroups: Int
        /// How groups are compared.
        public var groupScore: GroupScore
        /// Whether a row's weights are divided by their sum.
        public var renormalizes: Bool
        /// Added to that sum.
        public var renormalizationEps: Float
        /// The least that weights are divided by.
        public var renormalizationMin: Float
        /// Factor on all weights afterwards.
        public var scale: Float

        /// A routing; without groups unless told.
        public init(
            topK: Int, scoring: Scoring, numGroups: Int = 1, topGroups: Int = 1, groupScore: GroupScore = .best,
            renormalizes: Bool, renormalizationEps: Float = 0, renormalizationMin: Float = 0, scale: Float = 1
        ) {
            self.topK = topK
            self.scoring = scoring
            self.numGroups = numGroups
            self.topGroups = topGroups
            self.groupScore = groupScore
            self.renormalizes = renormalizes
            self.renormalizationEps = renormalizationEps
            self.renormalizationMin = renormalizationMin
            self.scale = scale
        }
    }

    /// A layer of experts.
    public init(
        routing: Routing, router: WeightRef, routerBias: WeightRef? = nil, correctionBias: WeightRef? = nil,
        gate: [WeightRef], up: [WeightRef], down: [WeightRef], gateBias: [WeightRef] = [], upBias: [WeightRef] = [],
        downBias: [WeightRef] = [], activation: Activation = .silu
    ) {
        self.routing = routing
        self.router = router
        self.routerBias = routerBias
        self.correctionBias = correctionBias
        self.gate = gate
        self.up = up
        self.down = down
        self.gateBias = gateBias
        self.upBias = upBias
        self.downBias = downBias
        self.activation = activation
    }

    /// Experts of the layer.
    public var numExperts: Int { gate.count }

    /// Columns between an expert's two products.
    public var width: Int { gate[0].shape[0] }

    /// Every weight of the layer.
    var weights: [WeightRef] {
        [router] + [routerBias, correctionBias].compactMap(\.self) + gate + up + down + gateBias + upBias + downBias
            + activation.weights
    }

    /// Traps unless the layer fits rows of `hidden` columns, which is an error in the model's code.
    func check(hidden: Int) {
        let count = numExperts
        precondition(router.shape == [count, hidden], "\(router.name): router of \(count) experts")
        for part in [gate, up] {
            precondition(part.count == count && part.allSatisfy { $0.shape == [width, hidden] }, "expert shapes")
        }
        precondition(down.count == count && down.allSatisfy { $0.shape == [hidden, width] }, "expert shapes")
        for bias in [gateBias, upBias] {
            precondition(bias.isEmpty || bias.count == count && bias.allSatisfy { $0.shape == [width] })
        }
        precondition(downBias.isEmpty || downBias.count == count && downBias.allSatisfy { $0.shape == [hidden] })
        precondition(routing.topK > 0 && routing.topK <= count && count % routing.numGroups == 0)
    }
}
