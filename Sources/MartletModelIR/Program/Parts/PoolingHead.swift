/// How the hidden states of a sequence become one vector.
///
/// **Source** sentence-transformers `Pooling`, whose spelling the raw values are.
public enum PoolingType: String, Hashable, Sendable, CaseIterable {
    /// The first token's.
    case cls
    /// The largest of every column.
    case max
    /// The mean over the tokens.
    case mean
    /// The sum over the tokens by the root of their number.
    case meanSqrtLen = "mean_sqrt_len_tokens"
    /// The mean with the tokens' positions, from 1, as weights.
    case weightedMean = "weightedmean"
    /// The last token's.
    case last = "lasttoken"

    /// Whether one token's hidden state is all that is needed.
    public var takesOneToken: Bool { self == .cls || self == .last }
}

/// What a model does with a sequence's last hidden states: how they are pooled, and the layers that follow.
public struct PoolingHead: Hashable, Sendable {
    /// A layer over the pooled vector.
    public enum Layer: Hashable, Sendable {
        /// `x @ concat(weights).T + bias`.
        case linear([WeightRef], bias: WeightRef?)
        /// Elementwise function.
        case activation(Activation)
        /// Normalisation of the vector.
        case norm(Norm)
        /// The second of two columns minus the first.
        case difference
    }

    /// How the hidden states become one vector; a default that files beside the model may change.
    public var pooling: PoolingType
    /// Layers that give one score per label; none where the model gives embeddings.
    public var layers: [Layer]

    /// A head of the given layers.
    public init(_ pooling: PoolingType, layers: [Layer] = []) {
        self.pooling = pooling
        self.layers = layers
    }

    /// The weights the layers read.
    public var weights: [WeightRef] {
        layers.flatMap { layer -> [WeightRef] in
            switch layer {
            case .linear(let weights, let bias): weights + (bias.map { [$0] } ?? [])
            case .activation(let activation): activation.weights
            case .norm(let norm): norm.weights + norm.biases
            case .difference: []
            }
        }
    }

    /// Columns after the layers; 0 without any.
    public var numOutputs: Int {
        layers.reduce(0) { columns, layer in
            switch layer {
            case .linear(let weights, _): weights.reduce(0) { $0 + $1.shape[0] }
            case .activation, .norm: columns
            case .difference: 1
            }
        }
    }
}
