/// The layers of a `PoolingHead` with their weights, for one vector at a time.
///
/// Plain Swift with sums in double precision: a vector per sequence costs next to nothing beside its hidden states.
public struct PooledLayers: Sendable {
    private let layers: [PoolingHead.Layer]
    private let weights: [WeightRef: [Float]]

    /// Reads the weights.
    ///
    /// **Throws** when one is missing or has another shape.
    public init(_ layers: [PoolingHead.Layer], weights source: any WeightSource) throws(BackendError) {
        self.layers = layers
        var weights: [WeightRef: [Float]] = [:]
        for reference in PoolingHead(.last, layers: layers).weights {
            weights[reference] = try source.checked(reference, backend: ReferenceBackend.name).dequantized()
        }
        self.weights = weights
    }

    /// The vector after all layers.
    public func callAsFunction(_ vector: [Float]) -> [Float] {
        var x = ReferenceMatrix(width: vector.count, elements: vector)
        for layer in layers {
            switch layer {
            case .linear(let parts, let bias):
                x = x.multiplied(
                    byTransposeOf: ReferenceMatrix(width: x.width, elements: parts.flatMap { weights[$0] ?? [] }))
                if let bias = bias.flatMap({ weights[$0] }) { x.addRow(bias) }
            case .activation(let activation):
                let function = ReferenceActivation(
                    activation: activation, parameters: activation.weights.flatMap { weights[$0] ?? [] })
                x = x.mapped { function($0) }
            case .norm(let norm):
                x = x.normalized(
                    ReferenceNorm(
                        kind: norm.kind, groupSize: norm.groupSize,
                        factors: norm.weights.flatMap { weights[$0] ?? [] }.map { $0 + norm.weightOffset },
                        biases: norm.biases.flatMap { weights[$0] ?? [] }, eps: norm.eps))
            case .difference:
                x = ReferenceMatrix(width: 1, elements: [x.elements[1] - x.elements[0]])
            }
        }
        return x.elements
    }
}
