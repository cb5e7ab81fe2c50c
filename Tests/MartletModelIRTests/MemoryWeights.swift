import MartletModelIR

/// Float32 weights in memory.
final class MemoryWeights: WeightSource, @unchecked Sendable {
    private let views: [String: WeightView]

    init(_ weights: [String: (shape: [Int], values: [Float])]) {
        views = weights.mapValues { weight in
            let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: weight.values.count)
            _ = copy.initialize(from: weight.values)
            return WeightView(bytes: UnsafeRawBufferPointer(copy), format: .f32, shape: weight.shape)
        }
    }

    deinit {
        for view in views.values { view.bytes.deallocate() }
    }

    var names: [String] { views.keys.sorted() }
    func weight(_ name: String) -> WeightView? { views[name] }
    func discardPages(of view: WeightView) {}
}
