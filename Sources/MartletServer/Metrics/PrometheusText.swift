/// Writes metrics in Prometheus' text format 0.0.4.
struct PrometheusText {
    /// Of the response that carries it.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Every sample gets these from now on.
    var labels: [(String, String)] = []
    /// Of each metric: its announcement and samples, which must stand together, also when several models have it.
    private var families: [String] = []
    private var indexByName: [String: Int] = [:]
    private var current = 0

    /// All metrics in the order they were announced.
    var text: String { families.joined() }

    /// Announces a metric, if it is not yet; its samples follow.
    mutating func family(_ name: String, _ type: String, _ help: String) {
        if let index = indexByName[name] {
            current = index
            return
        }
        current = families.count
        indexByName[name] = current
        families.append("# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    /// One sample of the announced metric.
    mutating func sample(_ name: String, _ value: Double, extra: [(String, String)] = []) {
        let shown = (labels + extra).map { "\($0.0)=\"\(Self.escape($0.1))\"" }.joined(separator: ",")
        families[current] += "\(name){\(shown)} \(value)\n"
    }

    /// A metric with one sample that carries the common labels.
    mutating func metric(_ name: String, _ type: String, _ help: String, _ value: Double) {
        family(name, type, help)
        sample(name, value)
    }

    /// A metric of the process, without labels.
    mutating func unlabelled(_ name: String, _ type: String, _ help: String, _ value: Double) {
        family(name, type, help)
        families[current] += "\(name) \(value)\n"
    }

    /// A histogram with its buckets, sum and count.
    mutating func histogram(_ histogram: Histogram) {
        let snapshot = histogram.snapshot
        self.histogram(
            histogram.name, histogram.help, bounds: histogram.bounds, counts: snapshot.counts, sum: snapshot.sum)
    }

    /// A histogram from counts of each bucket alone, the unbounded one last.
    mutating func histogram(_ name: String, _ help: String, bounds: [Double], counts: [UInt64], sum: Double) {
        family(name, "histogram", help)
        var count: UInt64 = 0
        for (index, inBucket) in counts.enumerated() {
            count += inBucket
            sample(
                name + "_bucket", Double(count), extra: [("le", index < bounds.count ? "\(bounds[index])" : "+Inf")])
        }
        sample(name + "_sum", sum)
        sample(name + "_count", Double(count))
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
