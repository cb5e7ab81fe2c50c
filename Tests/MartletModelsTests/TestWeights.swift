import MartletModelIR

/// Weights of one safetensors file in memory.
final class TestWeights: WeightSource, @unchecked Sendable {
    private let views: [String: WeightView]

    init(_ path: String) throws {
        views = try Tensors(path).tensors.mapValues { tensor in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.bytes.count, alignment: 64)
            copy.copyBytes(from: tensor.bytes)
            return WeightView(
                bytes: UnsafeRawBufferPointer(copy), format: tensor.dtype == "BF16" ? .bf16 : .f32, shape: tensor.shape)
        }
    }

    deinit {
        for view in views.values { view.bytes.deallocate() }
    }

    var names: [String] { Array(views.keys) }
    func weight(_ name: String) -> WeightView? { views[name] }
    func discardPages(of view: WeightView) {}
}
