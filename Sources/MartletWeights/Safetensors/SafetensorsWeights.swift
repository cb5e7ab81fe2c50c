internal import MartletModelIR

/// The weights of a Hugging Face folder: one safetensors file or several shards.
final class SafetensorsWeights: WeightSource {
    let names: [String]
    /// How config.json says they were quantised; nil: not at all.
    let quantization: QuantizationConfig?
    private let shards: [Safetensors]
    private let places: [String: Place]
    private let storedNames: StoredNames

    private struct Place: Sendable {
        let shard: Int
        let entry: Safetensors.Entry
    }

    /// The files of `folder` in order; every weight of the index, where there is one, must be in its shard.
    init(
        folder: Folder, files: [String], index: SafetensorsIndex?, quantization: QuantizationConfig? = nil
    ) throws(CheckpointError) {
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
        self.quantization = quantization
        if quantization != nil {
            let scales = Set(names.flatMap(Self.scaleNames))
            names = names.filter { !scales.contains($0) && !Self.isActivationScale($0) }.compactMap {
                Self.presentedName(of: $0, where: { places[$0] != nil })
            }
        }
        self.names = names
        storedNames = StoredNames(names)
    }

    var entries: [Safetensors.Entry] { shards.flatMap(\.entries) }

    /// The number of elements of these weights; scales are none.
    func parameterCount(of names: [String]) -> Int {
        names.reduce(0) { count, name in
            let entry = entry(name) ?? entry("\(name)_blocks")
            guard let entry, entry.dtype.bits != nil else { return count }
            return count + entry.shape.reduce(1, *) * (places[name] == nil ? 2 : 1)
        }
    }

    var files: [MappedFile] { shards.map(\.file) }

    /// The tensor called `name` as it lies in its file.
    func entry(_ name: String) -> Safetensors.Entry? { places[name]?.entry }

    /// The bytes of the tensor called `name`, which must exist.
    func bytes(of name: String) -> UnsafeRawBufferPointer {
        guard let place = places[name] else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return shards[place.shard].bytes(of: place.entry)
    }

    func unsupported(_ name: String, _ message: String) -> CheckpointError {
        let shard = places[name].map { shards[$0.shard] } ?? shards[0]
        return .unsupported(file: shard.file.path, message: "\"\(name)\" \(message)")
    }

    func weight(_ name: String) -> WeightView? { (try? read(name)) ?? nil }

    func refusal(of name: String) -> String? {
        do throws(CheckpointError) {
            _ = try read(name)
            return nil
        } catch {
            return error.description
        }
    }

    private func read(_ name: String) throws(CheckpointError) -> WeightView? {
        let name = storedNames.stored(name) ?? name
        guard let entry = entry(name) else { return try mxfp4(name) }
        if entry.dtype.name == "F8_E4M3" { return try float8(name, entry) }
        guard let format = entry.dtype.format else {
            throw unsupported(
                name, "has type \(entry.dtype), which weights cannot have; F32, F16, BF16 and, with scales, F8_E4M3 can"
            )
        }
        try checkHasNoScales(name, entry)
        return WeightView(bytes: bytes(of: name), format: format, shape: entry.shape)
    }

    func discardPages(of view: WeightView) {
        for shard in shards {
            shard.file.discardPages(view.bytes)
            if let scales = view.scales { shard.file.discardPages(scales.bytes) }
        }
    }
}
