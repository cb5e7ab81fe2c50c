import CMartletKernels
public import MartletModelIR

/// Measures matrix products of packed weights on the threads and kernels that models run on.
public struct KernelBenchmark {
    /// One format and number of rows.
    public struct Measurement: Sendable, Hashable {
        /// How the weights are stored.
        public var format: WeightFormat
        /// Rows of activations multiplied at once: tokens of a step.
        public var rows: Int
        /// Of the best run.
        public var seconds: Double
        /// Multiplications and additions of a run.
        public var operations: Double
        /// Bytes of weights that a run reads, as packed.
        public var weightBytes: Int
        /// Shortest time that the probe beside it allows: reading the weights or doing the arithmetic, what takes longer.
        public var limitSeconds: Double
        /// True when reading takes longer.
        public var isBoundByMemory: Bool

        /// How much of the limit was reached.
        public var fractionOfLimit: Double { limitSeconds / seconds }
    }

    private let kernels: Kernels
    private let pool: ThreadPool
    private let probe: LimitProbe

    /// A benchmark with its threads started.
    ///
    /// **Throws** when the kernel table is unknown to this CPU, a thread cannot be started or memory is short.
    public init(configuration: CPUBackendConfiguration = .init()) throws(BackendError) {
        let backend = try CPUBackend(configuration: configuration)
        kernels = backend.kernels
        pool = backend.pool
        probe = try LimitProbe(pool: pool)
    }

    /// Name of the kernel table.
    public var kernelName: String { kernels.name }

    /// Number of threads that compute.
    public var numThreads: Int { pool.numThreads }

    /// What the machine reaches now.
    public func limits() -> MachineLimits { probe.measure() }

    /// Multiplies a weight of `outputs` x `inputs` with each number of rows, between two probes.
    ///
    /// **Throws** when the kernels cannot multiply the shape.
    public func measure(
        _ format: WeightFormat, outputs: Int, inputs: Int, rows: [Int]
    ) throws(BackendError) -> [Measurement] {
        let problem = try KernelProblem(
            format, outputs: outputs, inputs: inputs, maxRows: rows.max() ?? 1, kernels: kernels, pool: pool)
        let before = probe.measure()
        let seconds = rows.map { problem.bestSeconds(rows: $0) }
        let limits = before.merged(with: probe.measure())
        return zip(rows, seconds).map { rows, seconds in
            let operations = 2 * Double(outputs) * Double(inputs) * Double(rows)
            let reading = Double(problem.weightBytes) / limits.readBytesPerSecond
            let computing = limits.peak(of: problem.activation).map { operations / $0 } ?? 0
            return Measurement(
                format: format, rows: rows, seconds: seconds, operations: operations,
                weightBytes: problem.weightBytes, limitSeconds: max(reading, computing),
                isBoundByMemory: reading > computing)
        }
    }
}
