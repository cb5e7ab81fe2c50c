import CMartletKernels
import MartletModelIR

/// What this machine reaches with all threads of a backend at the moment of the probe; 0 where the CPU has nothing.
public struct MachineLimits: Sendable, Hashable {
    /// Bytes per second of plain reading from memory.
    public var readBytesPerSecond: Double
    /// Operations per second in float32, a multiply-add being two.
    public var float32PerSecond: Double
    /// The same with bfloat16 inputs.
    public var bfloat16PerSecond: Double
    /// The same with 8-bit inputs.
    public var int8PerSecond: Double

    /// Operations per second that activations of this kind allow, or nil when the CPU has no instruction for them.
    func peak(of activation: ck_activation) -> Double? {
        let peak =
            switch activation {
            case CK_ACT_BF16: bfloat16PerSecond
            case CK_ACT_Q8: int8PerSecond
            default: float32PerSecond
            }
        return peak > 0 ? peak : nil
    }

    /// The better of both in everything: what the machine was seen to reach.
    func merged(with other: MachineLimits) -> MachineLimits {
        MachineLimits(
            readBytesPerSecond: max(readBytesPerSecond, other.readBytesPerSecond),
            float32PerSecond: max(float32PerSecond, other.float32PerSecond),
            bfloat16PerSecond: max(bfloat16PerSecond, other.bfloat16PerSecond),
            int8PerSecond: max(int8PerSecond, other.int8PerSecond))
    }

    /// The instructions behind the three peaks, for a line of text.
    public static var instructions: [String] {
        [CK_PEAK_F32, CK_PEAK_BF16, CK_PEAK_INT8].compactMap { ck_peak_name($0).map { String(cString: $0) } }
    }
}

/// Measures the limits on a backend's threads.
struct LimitProbe {
    private let pool: ThreadPool
    private let memory: MappedMemory

    /// Larger than the caches of most machines.
    static let bytes = 512 << 20

    init(pool: ThreadPool) throws(BackendError) {
        self.pool = pool
        memory = try MappedMemory(count: Self.bytes, purpose: "the bandwidth probe")
        pool.run(FillJob(memory: memory))
    }

    /// Each the best of many tries of about a millisecond, which find gaps between other processes as short products do.
    func measure() -> MachineLimits {
        func best(_ kind: ck_peak?) -> Double {
            (0..<32).map { index in
                let job = ProbeJob(kind: kind, memory: memory, window: index)
                let seconds = ContinuousClock().measure { pool.run(job) }.inSeconds
                return seconds > 0 ? job.work(threads: pool.numThreads) / seconds : 0
            }.max() ?? 0
        }
        return MachineLimits(
            readBytesPerSecond: best(nil), float32PerSecond: best(CK_PEAK_F32),
            bfloat16PerSecond: best(CK_PEAK_BF16), int8PerSecond: best(CK_PEAK_INT8))
    }
}

/// Touches every page, so that reading measures memory and not the system.
private final class FillJob: PoolJob {
    private let memory: MappedMemory

    init(memory: MappedMemory) { self.memory = memory }

    func run(_ worker: Worker) {
        let piece = 1 << 21
        worker.forEachChunk(memory.count / piece) { chunk in
            (memory.base + chunk * piece).initializeMemory(as: UInt8.self, repeating: 1, count: piece)
        }
    }
}

/// One instruction again and again, or one pass over a part of the memory that the passes before it did not touch.
private final class ProbeJob: PoolJob {
    /// nil: read.
    private let kind: ck_peak?
    private let start: UnsafeMutableRawPointer
    /// A few pieces a thread even out what the system takes away.
    private static let piecesPerThread = 8
    private static let rounds: Int64 = 25_000
    private static let readPiece = 1 << 20
    private static let windowBytes = 32 << 20

    init(kind: ck_peak?, memory: MappedMemory, window: Int) {
        self.kind = kind
        start = memory.base + window * Self.windowBytes % memory.count
    }

    /// Operations or bytes of a run.
    func work(threads: Int) -> Double {
        guard let kind else { return Double(Self.windowBytes) }
        return ck_peak_run(kind, 1) * Double(Self.rounds) * Double(Self.piecesPerThread * threads)
    }

    func run(_ worker: Worker) {
        guard let kind else {
            worker.forEachChunk(Self.windowBytes / Self.readPiece) { chunk in
                _ = ck_read_run(start + chunk * Self.readPiece, Self.readPiece)
            }
            return
        }
        worker.forEachChunk(Self.piecesPerThread * worker.count) { _ in _ = ck_peak_run(kind, Self.rounds) }
    }
}

extension Duration {
    /// As a floating-point number of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
