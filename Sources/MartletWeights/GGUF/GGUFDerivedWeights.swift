internal import MartletModelIR

/// Small weights that the converter worked on, as they were before, in float32.
final class GGUFDerivedWeights: @unchecked Sendable {
    /// Collects them.
    struct Builder {
        fileprivate var weights: [(name: String, shape: [Int], values: [Float])] = []

        /// Adds the weight called `name` if one of the endings is its own.
        mutating func add(
            _ name: String, _ tensor: GGUFTensor, _ gguf: GGUF,
            _ derivations: [(ending: String, derivation: GGUFDerivation)]
        ) {
            guard let derivation = derivations.first(where: { name.hasSuffix($0.ending) })?.derivation,
                let format = tensor.format, let bytes = gguf.bytes(of: tensor)
            else { return }
            let values = WeightView(bytes: bytes, format: format, shape: tensor.shape).dequantized()
            weights.append((name, tensor.shape, values.map { derivation($0) }))
        }

        /// Adds a weight that the file keeps elsewhere.
        mutating func add(_ name: String, _ values: [Float]) { weights.append((name, [values.count], values)) }
    }

    private let memory: UnsafeMutableBufferPointer<Float>
    private let views: [String: WeightView]

    init(_ builder: Builder) {
        memory = .allocate(capacity: builder.weights.reduce(0) { $0 + $1.values.count })
        var views: [String: WeightView] = [:]
        var start = 0
        for weight in builder.weights {
            let target = UnsafeMutableBufferPointer(rebasing: memory[start..<start + weight.values.count])
            _ = target.initialize(from: weight.values)
            views[weight.name] = WeightView(bytes: UnsafeRawBufferPointer(target), format: .f32, shape: weight.shape)
            start += weight.values.count
        }
        self.views = views
    }

    deinit { memory.deallocate() }

    subscript(_ name: String) -> WeightView? { views[name] }
}
