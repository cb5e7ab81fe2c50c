import ArgumentParser
import MartletCPUBackend
import MartletModelIR

/// `martlet bench kernels`: matrix products against what the machine allows.
struct BenchKernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Measure matrix products against the limits of this machine.",
        discussion: """
            Multiplies packed weights with the threads and kernels that models run on. The limit is the time that \
            reading the weights or doing the arithmetic takes by a probe beside each measurement, what takes longer.

              martlet bench kernels
              martlet bench kernels --format Q4_K,Q6_K --shape 8192x2048 --rows 1,32
            """)

    @Option(
        help: ArgumentHelp("Weight formats, such as BF16,Q8_0 (default: all).", valueName: "formats"),
        transform: formats)
    var format: [WeightFormat]?

    @Option(help: ArgumentHelp("Outputs and inputs of the weight.", valueName: "NxK"))
    var shape = ShapeArgument(outputs: 8192, inputs: 2048)

    @Option(help: ArgumentHelp("Rows multiplied at once.", valueName: "counts"))
    var rows = CountsArgument(counts: [1, 4, 16, 512])

    @Option(help: ArgumentHelp("Threads (default: physical cores).", valueName: "n"))
    var threads: CountArgument?

    @Option(help: ArgumentHelp("Force a kernel set (default: the best this processor has).", valueName: "name"))
    var kernels: String?

    @Option(help: ArgumentHelp("File for the results as JSON.", valueName: "file"), completion: .file())
    var outputJson: String?

    mutating func run() throws {
        let benchmark = try KernelBenchmark(
            configuration: CPUBackendConfiguration(numThreads: threads?.value, kernels: kernels))
        var report = KernelReport(
            kernels: benchmark.kernelName, threads: benchmark.numThreads, shape: shape, limits: benchmark.limits())
        Console.standard.out(report.head)
        for format in format ?? WeightFormat.allCases {
            let measurements = try benchmark.measure(
                format, outputs: shape.outputs, inputs: shape.inputs, rows: rows.counts)
            for measurement in measurements { Console.standard.out(report.add(measurement)) }
        }
        if let outputJson { try TextFile.write(Array((report.json + "\n").utf8), to: outputJson) }
    }

    /// Formats by their names in GGUF files, with commas between them.
    ///
    /// **Throws** with the name that nobody knows and those that there are.
    private static func formats(_ text: String) throws -> [WeightFormat] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let format = WeightFormat.allCases.first(where: { $0.label == name.uppercased() }) else {
                let known = WeightFormat.allCases.map(\.label).joined(separator: ", ")
                throw ValidationError("no weight format \"\(name)\"; there are \(known)")
            }
            return format
        }
    }
}

/// `8192x2048`: outputs and inputs.
struct ShapeArgument: ExpressibleByArgument, Hashable {
    let outputs: Int
    let inputs: Int

    init(outputs: Int, inputs: Int) {
        self.outputs = outputs
        self.inputs = inputs
    }

    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let outputs = parts[0], let inputs = parts[1], outputs > 0, inputs > 0,
            outputs <= 1 << 20, inputs <= 1 << 20
        else { return nil }
        self.init(outputs: outputs, inputs: inputs)
    }

    var defaultValueDescription: String { "\(outputs)x\(inputs)" }
}

/// Positive numbers with commas between them.
struct CountsArgument: ExpressibleByArgument {
    let counts: [Int]

    init(counts: [Int]) { self.counts = counts }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let counts = parts.compactMap { $0 }.filter { $0 > 0 && $0 <= 1 << 16 }
        guard !counts.isEmpty, counts.count == parts.count else { return nil }
        self.counts = counts
    }

    var defaultValueDescription: String { counts.map(String.init).joined(separator: ",") }
}

extension WeightFormat {
    /// The name in GGUF files, such as `Q4_K`.
    var label: String { "\(self)".uppercased() }
}
