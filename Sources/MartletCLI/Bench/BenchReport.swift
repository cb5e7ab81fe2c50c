import Martlet
import MartletJSON

/// Results in the order they are printed: a line of text each, and one JSON object.
struct BenchReport {
    private(set) var json = JSONObject()
    private(set) var lines: [String] = []

    /// Adds a number with its label and unit.
    mutating func add(_ key: String, _ label: String, _ value: Double, unit: String, decimals: Int = 2) {
        json[key] = .double(value)
        lines.append(Self.padded(label) + fixed(value, decimals: decimals) + (unit.isEmpty ? "" : " \(unit)"))
    }

    /// Adds a count.
    mutating func add(_ key: String, _ label: String, _ value: Int) {
        json[key] = .integer(Int64(value))
        lines.append(Self.padded(label) + "\(value)")
    }

    /// Adds a name.
    mutating func add(_ key: String, _ label: String, _ value: String) {
        json[key] = .string(value)
        lines.append(Self.padded(label) + value)
    }

    /// Adds a heading, which the JSON does not have.
    mutating func heading(_ text: String) { lines.append("-- \(text)") }

    /// Adds a profile below a heading.
    mutating func add(_ key: String, heading text: String, _ table: ProfileTable) {
        heading(text)
        lines += table.lines
        json[key] = table.json
    }

    /// Adds what every offline measurement should say about the model.
    mutating func add(_ info: ModelInfo) {
        add("model", "Model", info.name)
        add("architecture", "Architecture", info.architecture)
        add("num_parameters", "Parameters", info.numParameters)
        add("weight_bytes", "Weights (bytes)", info.memory.weightBytes)
        add("backend", "Backend", info.backend)
        add("kernels", "Kernels", info.kernels)
        add("threads", "Threads", info.numThreads)
        add("kv_cache_dtype", "KV cache", info.kvCacheDType)
    }

    /// Prints the lines and, when a path is given, writes the JSON; for `-` prints that alone.
    func publish(on console: Console, jsonPath: String?) throws {
        let text = JSONWriter.string(.object(json)) + "\n"
        if jsonPath == "-" { return console.out(text) }
        console.out(lines.joined(separator: "\n") + "\n")
        if let jsonPath { try TextFile.write(Array(text.utf8), to: jsonPath) }
    }

    private static func padded(_ label: String) -> String {
        label + ":" + String(repeating: " ", count: max(1, 36 - label.count))
    }
}
