import MartletModelIR

/// Weights drawn from a seed, as float32 or bfloat16, held in memory.
final class RandomWeights: WeightSource {
    let names: [String]
    private let views: [String: WeightView]

    init(_ refs: [WeightRef], seed: UInt64 = 1, format: WeightFormat = .f32) {
        var random = SplitMix(seed: seed)
        var views: [String: WeightView] = [:]
        for ref in refs.map(\.stored) where views[ref.name] == nil {
            let count = ref.shape.reduce(1, *)
            let isNorm = ref.shape.count == 1 && ref.name.hasSuffix("weight")
            let scale = isNorm ? 0.2 : 1 / Float(ref.shape.last ?? 1).squareRoot()
            // Vectors stay float32, as in GGUF files.
            let format = ref.shape.count == 1 && format.isQuantized ? .f32 : format
            let block = UnsafeMutableRawBufferPointer.allocate(
                byteCount: count / format.blockSize * format.blockBytes, alignment: 64)
            if format.isQuantized {
                fill(block, format, scale, &random)
            } else {
                for index in 0..<count {
                    let value = (isNorm ? 1 : 0) + scale * random.float()
                    if format == .bf16 {
                        block.storeBytes(of: UInt16(value.bitPattern >> 16), toByteOffset: 2 * index, as: UInt16.self)
                    } else {
                        block.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
                    }
                }
            }
            views[ref.name] = WeightView(bytes: UnsafeRawBufferPointer(block), format: format, shape: ref.shape)
        }
        names = refs.map(\.name)
        self.views = views
    }

    deinit { for view in views.values { view.bytes.deallocate() } }

    func weight(_ name: String) -> WeightView? { views[name] }

    func discardPages(of view: WeightView) {}
}

extension WeightRef {
    /// The whole tensor that rows are selected from.
    fileprivate var stored: WeightRef {
        guard let rows = selection.rows else { return self }
        return WeightRef(name: name, shape: [rows.storedRows] + shape.dropFirst())
    }
}

/// Blocks that begin with a half-precision scale (q4_0, q8_0) and go on with random bits.
private func fill(
    _ block: UnsafeMutableRawBufferPointer, _ format: WeightFormat, _ scale: Float, _ random: inout SplitMix
) {
    let step = scale / (format == .q8_0 ? 128 : 8)
    for start in stride(from: 0, to: block.count, by: format.blockBytes) {
        block.storeBytes(of: halfBits(step), toByteOffset: start, as: UInt16.self)
        for index in start + 2..<start + format.blockBytes {
            block[index] = UInt8(truncatingIfNeeded: random.next())
        }
    }
}

/// Half-precision bits of a normal number, without rounding.
private func halfBits(_ value: Float) -> UInt16 {
    let exponent = Int(value.exponent) + 15
    return UInt16(exponent << 10) | UInt16(value.significandBitPattern >> 13)
}

/// A small generator with a seed; the same everywhere.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in [-1, 1).
    mutating func float() -> Float { Float(Int64(bitPattern: next()) >> 40) / Float(1 << 23) }
}
