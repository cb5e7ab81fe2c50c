import Martlet
import MartletJSON

/// Measurements of a tokenizer as a table that grows line by line, and as JSON.
struct TokenizerReport {
    private let facts: JSONObject
    private var measurements: [JSONValue] = []
    /// What stands above the lines.
    let head: String

    init(vocabSize: Int, loadSeconds: [Double]) {
        var facts = JSONObject()
        facts["vocab_size"] = .integer(Int64(vocabSize))
        facts["load_seconds"] = .array(loadSeconds.map { .double($0) })
        self.facts = facts
        head = """
            \(vocabSize) tokens, loaded in \(fixed(Self.median(loadSeconds) * 1e3, decimals: 1)) ms

            encode MB/s  decode MB/s  stream ns/token  bytes/token  text

            """
    }

    /// Takes a measurement in and gives its line.
    mutating func add(_ one: TokenizerMeasurement) -> String {
        let size = Double(one.bytes)
        let count = Double(max(one.ids.count, 1))
        let encode = size / Self.median(one.encodeSeconds) / 1e6
        let decode = size / Self.median(one.decodeSeconds) / 1e6
        let stream = Self.median(one.streamSeconds) / count * 1e9
        var object = JSONObject()
        object["text"] = .string(one.path)
        object["bytes"] = .integer(Int64(one.bytes))
        object["tokens"] = .integer(Int64(one.ids.count))
        object["encode_mb_per_second"] = .double(encode)
        object["encode_seconds"] = .array(one.encodeSeconds.map { .double($0) })
        object["decode_mb_per_second"] = .double(decode)
        object["stream_ns_per_token"] = .double(stream)
        object["round_trips"] = .bool(one.roundTrips)
        measurements.append(.object(object))
        return Self.right(fixed(encode, decimals: 1), 11) + Self.right(fixed(decode, decimals: 1), 13)
            + Self.right(fixed(stream, decimals: 1), 17) + Self.right(fixed(size / count, decimals: 2), 13)
            + "  \(one.path)\(one.roundTrips ? "" : " (decodes to another text)")\n"
    }

    /// Everything so far.
    var json: String {
        var all = facts
        all["measurements"] = .array(measurements)
        return JSONWriter.string(.object(all))
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
