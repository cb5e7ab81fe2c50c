import MartletModelIR
import Synchronization

@testable import MartletEngine

/// Weights made from their names.
final class NamedWeights: WeightSource {
    private let views = Mutex<[String: WeightView]>([:])
    private let shapes: [String: [Int]]

    init(_ program: Program) {
        shapes = Dictionary(uniqueKeysWithValues: program.weights.map { ($0.name, $0.shape) })
    }

    deinit { views.withLock { for view in $0.values { view.bytes.deallocate() } } }

    var names: [String] { shapes.keys.sorted() }

    func weight(_ name: String) -> WeightView? {
        guard let shape = shapes[name] else { return nil }
        return views.withLock { views in
            if let view = views[name] { return view }
            let seed = name.utf8.reduce(0 as UInt64) { $0 &* 31 &+ UInt64($1) }
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: shape.reduce(1, *))
            for index in values.indices {
                let bits = CounterRandom.bits(seed: seed, index: index) >> 40
                values.initializeElement(at: index, to: Float(bits) / Float(1 << 23) - 1)
            }
            let view = WeightView(bytes: UnsafeRawBufferPointer(values), format: .f32, shape: shape)
            views[name] = view
            return view
        }
    }

    func discardPages(of view: WeightView) {}
}
