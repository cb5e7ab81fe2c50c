internal import MartletModelIR

/// Whisper's tensors in files that keep them under other names, by their Hugging Face names.
final class WhisperTensors: WeightSource {
    struct Entry: Sendable {
        /// The Hugging Face name.
        let name: String
        let format: WeightFormat
        /// Outermost dimension first.
        let shape: [Int]
        let file: MappedFile
        /// Place of its bytes in the file.
        let range: Range<Int>
    }

    let names: [String]
    let entries: [Entry]
    private let places: [String: Int]

    /// **Throws** `malformed` when a tensor is there twice or one of `required` is not.
    init(_ entries: [Entry], path: String, required: [String]) throws(CheckpointError) {
        var places: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            guard places.updateValue(index, forKey: entry.name) == nil else {
                throw .malformed(file: path, message: "the tensor \(entry.name) is there twice")
            }
        }
        let missing = required.filter { places[$0] == nil }
        guard missing.isEmpty else {
            let some = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", ..." : "")
            let what = entries.isEmpty ? "has no tensors, only a header and a vocabulary" : "is incomplete"
            throw .malformed(
                file: path, message: "\(what): \(missing.count) of \(required.count) tensors are missing: \(some)")
        }
        self.entries = entries
        self.places = places
        names = entries.map(\.name)
    }

    func weight(_ name: String) -> WeightView? {
        places[name].map { index in
            let entry = entries[index]
            return WeightView(
                bytes: UnsafeRawBufferPointer(rebasing: entry.file.bytes[entry.range]), format: entry.format,
                shape: entry.shape)
        }
    }

    func discardPages(of view: WeightView) { for file in files { file.discardPages(view.bytes) } }

    var files: [MappedFile] {
        var seen: Set<ObjectIdentifier> = []
        return entries.map(\.file).filter { seen.insert(ObjectIdentifier($0)).inserted }
    }

    var parameterCount: Int { entries.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    var formats: [FormatSummary] {
        FormatSummary.summarize(entries.map { ("\($0.format)".uppercased(), $0.range.count) })
    }
}
