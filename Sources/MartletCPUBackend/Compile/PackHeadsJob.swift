import CMartletKernels
import MartletModelIR

/// Cuts a weight `[heads * rows, columns]` into heads and packs each as a matrix of its own, heads shared among the
/// threads.
final class PackHeadsJob: PoolJob {
    private let plan: ck_plan
    private let view: WeightView
    private let heads: Int
    /// Packs `[columns, rows]` of each head.
    private let isTransposed: Bool
    /// Packs float32, else bfloat16.
    private let isWide: Bool
    private let target: UnsafeMutableRawPointer
    private let headBytes: Int
    private let kernels: Kernels

    init(
        plan: ck_plan, view: WeightView, heads: Int, isTransposed: Bool, isWide: Bool,
        target: UnsafeMutableRawPointer, headBytes: Int, kernels: Kernels
    ) {
        self.plan = plan
        self.view = view
        self.heads = heads
        self.isTransposed = isTransposed
        self.isWide = isWide
        self.target = target
        self.headBytes = headBytes
        self.kernels = kernels
    }

    func run(_ worker: Worker) {
        worker.forEachChunk(heads) { pack($0, into: target + $0 * headBytes) }
    }

    private func pack(_ head: Int, into target: UnsafeMutableRawPointer) {
        let floats = floats(head)
        defer { floats.deallocate() }
        let (n, k) = (Int(plan.n), Int(plan.k))
        let elements = UnsafeMutableRawBufferPointer.allocate(byteCount: n * k * (isWide ? 4 : 2), alignment: 64)
        defer { elements.deallocate() }
        for row in 0..<n {
            for column in 0..<k {
                let value = isTransposed ? floats[column * n + row] : floats[row * k + column]
                if isWide {
                    elements.storeBytes(of: value, toByteOffset: 4 * (row * k + column), as: Float.self)
                } else {
                    elements.storeBytes(of: value.bfloat16, toByteOffset: 2 * (row * k + column), as: UInt16.self)
                }
            }
        }
        if plan.packed_bytes > 0 {
            withUnsafePointer(to: plan) {
                kernels.linear.pack($0, elements.baseAddress, nil, target, 0, Int64(n))
            }
        } else if let base = elements.baseAddress {
            target.copyMemory(from: base, byteCount: elements.count)
        }
    }

    /// The elements of one head as they lie in the weight, scales applied.
    private func floats(_ head: Int) -> UnsafeMutableBufferPointer<Float> {
        let (count, columns) = (view.shape[0] / heads, view.shape[1])
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * columns)
        guard let base = view.bytes.baseAddress else { return floats }
        let first = head * count
        kernels.linear.dequantize(
            view.format.kernelFormat, base + first * view.rowBytes, Int64(floats.count), floats.baseAddress)
        guard let scales = view.scales else { return floats }
        for row in 0..<count {
            scales.scale(
                UnsafeMutableBufferPointer(rebasing: floats[row * columns..<(row + 1) * columns]), row: first + row)
        }
        return floats
    }
}

extension Float {
    /// The nearest bfloat16, ties to even; for finite numbers.
    fileprivate var bfloat16: UInt16 {
        UInt16(truncatingIfNeeded: (bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)) >> 16)
    }
}
