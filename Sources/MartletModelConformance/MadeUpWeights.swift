import MartletModelIR

/// Gives every weight of a program values that follow from its name.
final class MadeUpWeights: WeightSource {
    let names: [String]
    private let views: [String: WeightView]
    private let memory: [String: Memory]

    /// Floats that stay where they are.
    // Sendable by promise: never written after init.
    private final class Memory: @unchecked Sendable {
        let floats: UnsafeMutableBufferPointer<Float>

        init(_ values: [Float]) {
            floats = .allocate(capacity: values.count)
            _ = floats.initialize(from: values)
        }

        deinit { floats.deallocate() }
    }

    init(_ program: Program) {
        var views: [String: WeightView] = [:]
        var memory: [String: Memory] = [:]
        var names: [String] = []
        for weight in program.weights where views[weight.name] == nil {
            let shape = weight.selection.storedShape(of: weight.shape)
            let values = Memory(Self.values(weight.name, shape: shape))
            names.append(weight.name)
            memory[weight.name] = values
            views[weight.name] = WeightView(
                bytes: UnsafeRawBufferPointer(values.floats), format: .f32, shape: shape)
        }
        self.names = names
        self.views = views
        self.memory = memory
    }

    func weight(_ name: String) -> WeightView? { views[name] }

    func discardPages(of view: WeightView) {}

    /// Vectors near 1, matrices whose products keep the size of their input.
    private static func values(_ name: String, shape: [Int]) -> [Float] {
        // FNV-1a, then a linear congruential generator.
        var state = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let isVector = shape.filter { $0 != 1 }.count < 2
        let scale = isVector ? 0.3 : 1.7 / Float(shape.last ?? 1).squareRoot()
        return (0..<shape.reduce(1, *)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let uniform = Float(state >> 40) / Float(1 << 23) - 1
            return (isVector ? 1 : 0) + scale * uniform
        }
    }
}
