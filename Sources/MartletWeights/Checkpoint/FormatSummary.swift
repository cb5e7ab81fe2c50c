/// How many tensors of a checkpoint are stored in one format.
public struct FormatSummary: Hashable, Sendable {
    /// The format's name as the file spells it, for instance `BF16` or `Q4_K`.
    public let name: String
    /// The number of tensors.
    public var tensors: Int
    /// Their bytes.
    public var bytes: Int

    /// Adds up `(format, bytes)` pairs; the format with most bytes comes first.
    static func summarize(_ tensors: [(name: String, bytes: Int)]) -> [FormatSummary] {
        var summaries: [String: FormatSummary] = [:]
        for tensor in tensors {
            var summary = summaries[tensor.name] ?? FormatSummary(name: tensor.name, tensors: 0, bytes: 0)
            summary.tensors += 1
            summary.bytes += tensor.bytes
            summaries[tensor.name] = summary
        }
        return summaries.values.sorted { ($0.bytes, $1.name) > ($1.bytes, $0.name) }
    }
}
