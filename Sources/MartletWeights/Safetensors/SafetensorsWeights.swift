internal import MartletModelIR

/// The weights of a Hugging Face folder: one safetensors file or several shards.
final class SafetensorsWeights: WeightSource {
    let names: [String]
    private let shards: [Safetensors]
    private let places: [String: Place]
    private let storedNames: StoredNames

    private struct Place: Sendable {
        let shard: Int
        let entry: Safetensors.Entry
    }

    /// The files of `folder` in order; every weight of the index, where there is one, must be in its shard.
    init(folder: Folder, files: [String], index: SafetensorsIndex?) throws(CheckpointError) {
        var shards: [Safetensors] = []
        var places: [String: Place] = [:]
        var names: [String] = []
        for (number, file) in files.enumerated() {
            let shard = try Safetensors(path: folder.path(of: file))
            for entry in shard.entries {
                if let other = places[entry.name] {
                    throw .malformed(
                        file: folder.path(of: file), message: "\"\(entry.name)\" is in \(files[other.shard]) too")
                }
                places[entry.name] = Place(shard: number, entry: entry)
                names.append(entry.name)
            }
            shards.append(shard)
        }
        for (weight, shard) in index?.weightMap ?? [] {
            guard let place = places[weight], files[place.shard] == shard else {
                throw .malformed(file: folder.path(of: shard), message: "\"\(weight)\" is missing from this shard")
            }
        }
        self.shards = shards
        self.places = places
        self.names = names
        storedNames = StoredNames(names)
    }

    var entries: [Safetensors.Entry] { shards.flatMap(\.entries) }

    var files: [MappedFile] { shards.map(\.file) }

    func weight(_ name: String) -> WeightView? {
        guard let place = place(of: name), let format = place.entry.dtype.format else { return nil }
        return WeightView(bytes: shards[place.shard].bytes(of: place.entry), format: format, shape: place.entry.shape)
    }

    func refusal(of name: String) -> String? {
        guard let place = place(of: name), place.entry.dtype.format == nil else { return nil }
        let file = shards[place.shard].file.path
        return
            "\(file): \"\(place.entry.name)\" has type \(place.entry.dtype), which weights cannot have; F32, F16 and BF16 can"
    }

    private func place(of name: String) -> Place? { storedNames.stored(name).flatMap { places[$0] } }

    func discardPages(of view: WeightView) {
        for shard in shards { shard.file.discardPages(view.bytes) }
    }
}
