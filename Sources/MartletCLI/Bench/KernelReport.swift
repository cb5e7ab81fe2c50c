import Martlet
import MartletCPUBackend
import MartletJSON

/// Measurements of kernels as a table that grows line by line, and as JSON.
struct KernelReport {
    private let facts: JSONObject
    private var measurements: [JSONValue] = []
    /// What stands above the lines.
    let head: String

    init(kernels: String, threads: Int, shape: ShapeArgument, limits: MachineLimits) {
        let probe: [(key: String, label: String, value: Double)] = [
            ("read_gb_per_second", "GB/s read", limits.readBytesPerSecond),
            ("float32_gflop_per_second", "GFLOP/s float32", limits.float32PerSecond),
            ("bfloat16_gflop_per_second", "GFLOP/s bfloat16", limits.bfloat16PerSecond),
            ("int8_gop_per_second", "GOP/s int8", limits.int8PerSecond),
        ]
        var object = JSONObject()
        for entry in probe { object[entry.key] = .double(entry.value / 1e9) }
        var facts = JSONObject()
        facts["kernels"] = .string(kernels)
        facts["threads"] = .integer(Int64(threads))
        facts["outputs"] = .integer(Int64(shape.outputs))
        facts["inputs"] = .integer(Int64(shape.inputs))
        facts["limits"] = .object(object)
        facts["instructions"] = .array(MachineLimits.instructions.map { .string($0) })
        self.facts = facts
        let known = probe.filter { $0.value > 0 }.map { "\(fixed($0.value / 1e9, decimals: 1)) \($0.label)" }
        head = """
            \(kernels), \(threads) thread\(threads == 1 ? "" : "s"), weight \(shape.outputs) x \(shape.inputs)
            limits now: \(known.joined(separator: ", ")) (\(MachineLimits.instructions.joined(separator: "; ")))

            format    rows   GFLOP/s  weights GB/s  of the limit

            """
    }

    /// Takes a measurement in and gives its line.
    mutating func add(_ one: KernelBenchmark.Measurement) -> String {
        let speed = one.operations / one.seconds / 1e9
        let bandwidth = Double(one.weightBytes) / one.seconds / 1e9
        let bound = one.isBoundByMemory ? "memory" : "arithmetic"
        var object = JSONObject()
        object["format"] = .string(one.format.label)
        object["rows"] = .integer(Int64(one.rows))
        object["seconds"] = .double(one.seconds)
        object["gflop_per_second"] = .double(speed)
        object["weight_gb_per_second"] = .double(bandwidth)
        object["weight_bytes"] = .integer(Int64(one.weightBytes))
        object["bound"] = .string(bound)
        object["fraction_of_limit"] = .double(one.fractionOfLimit)
        measurements.append(.object(object))
        let cells = [
            right("\(one.rows)", 6), right(fixed(speed, decimals: 1), 10), right(fixed(bandwidth, decimals: 1), 14),
            right("\(Int((one.fractionOfLimit * 100).rounded()))% of \(bound)", 20),
        ]
        return one.format.label + String(repeating: " ", count: max(1, 8 - one.format.label.count))
            + cells.joined() + "\n"
    }

    /// Everything so far.
    var json: String {
        var all = facts
        all["measurements"] = .array(measurements)
        return JSONWriter.string(.object(all))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
