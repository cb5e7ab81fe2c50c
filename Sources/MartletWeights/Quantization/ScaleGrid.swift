internal import MartletModelIR

/// Which part of a weight each scale of a tensor of scales belongs to, told from both shapes.
struct ScaleGrid: Hashable {
    let rowsPerScale: Int
    let columnsPerScale: Int

    /// Nil where the shapes do not go together. A weight `[.., n, k]` has scales
    ///
    ///     [] or [1]                             one for the tensor, of a stack one for each: [stack], [stack, 1, 1]
    ///     [.., n] or [.., n, 1]                 one for each row
    ///     [.., ceil(n / rows), ceil(k / columns)]  one for each of the configured blocks
    init?(weight: [Int], scales: [Int], block: QuantizationConfig.Block?) {
        guard weight.count >= 2, weight.allSatisfy({ $0 > 0 }) else { return nil }
        let (stack, n, k) = (Array(weight.dropLast(2)), weight[weight.count - 2], weight[weight.count - 1])
        let significant = scales.filter { $0 != 1 }
        if let block, scales == stack + [Self.ceil(n, block.rows), Self.ceil(k, block.columns)] {
            self.init(block.rows, block.columns)
        } else if significant == stack.filter({ $0 != 1 }) {
            self.init(n, k)
        } else if scales == stack + [n] || scales == stack + [n, 1] {
            self.init(1, k)
        } else {
            return nil
        }
    }

    private init(_ rows: Int, _ columns: Int) {
        rowsPerScale = rows
        columnsPerScale = columns
    }

    private static func ceil(_ a: Int, _ b: Int) -> Int { (a - 1) / b + 1 }
}

extension SafetensorsDType {
    /// How scales of this type are stored, nil when scales cannot have it; plain bytes are exponents.
    var scaleFormat: WeightScales.Format? {
        switch name {
        case "F32": .f32
        case "BF16": .bf16
        case "F16": .f16
        case "U8", "F8_E8M0": .e8m0
        default: nil
        }
    }
}
