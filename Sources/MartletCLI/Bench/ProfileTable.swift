import Martlet
import MartletJSON
import MartletModelIR

/// A profile as a person and as a program read it; the rows sum to the whole.
struct ProfileTable {
    private let entries: [StepProfile.Entry]
    private let wholeSeconds: Double

    /// What no entry covers of `wholeSeconds` is the engine's own work between and around the steps.
    init(_ entries: [StepProfile.Entry], wholeSeconds: Double) {
        let rest = wholeSeconds - entries.map(\.seconds).reduce(0, +)
        var engine = StepProfile.Entry(name: "engine: scheduling, outputs, hand-over")
        engine.seconds = max(rest, 0)
        self.entries = entries.filter { $0.calls > 0 }.sorted { $0.seconds > $1.seconds } + [engine]
        self.wholeSeconds = wholeSeconds
    }

    /// Milliseconds, share, calls, weights read per second and operations per second, largest first.
    var lines: [String] {
        let header = columns("ms", "share", "calls", "GB/s", "GFLOP/s") + "  part"
        return [header]
            + entries.map { entry in
                let speeds = [Double(entry.weightBytes), Double(entry.operations)].map { amount in
                    amount > 0 ? fixed(amount / entry.seconds / 1e9, decimals: 1) : ""
                }
                return columns(
                    fixed(entry.seconds * 1000, decimals: 2),
                    fixed(entry.seconds / wholeSeconds * 100, decimals: 1) + "%", "\(entry.calls)", speeds[0],
                    speeds[1]) + "  " + entry.name
            }
    }

    /// A list of objects with the numbers of `lines` in seconds and bytes.
    var json: JSONValue {
        .array(
            entries.map { entry in
                var object = JSONObject()
                object["name"] = .string(entry.name)
                object["calls"] = .integer(Int64(entry.calls))
                object["seconds"] = .double(entry.seconds)
                object["weight_bytes"] = .integer(Int64(entry.weightBytes))
                object["operations"] = .integer(Int64(entry.operations))
                return .object(object)
            })
    }

    private func columns(_ cells: String...) -> String {
        cells.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }.joined()
    }
}
