internal import MartletJSON

/// `model.safetensors.index.json`: which shard holds which weight.
struct SafetensorsIndex {
    /// Shard file name by weight name, in file order.
    let weightMap: [(weight: String, shard: String)]
    /// The shards in order of first mention.
    let shards: [String]

    init(folder: Folder, name: String) throws(CheckpointError) {
        let path = folder.path(of: name)
        guard let map = try folder.object(in: name)?["weight_map"]?.objectValue else {
            throw .malformed(file: path, message: "weight_map: expected an object from weight to file name")
        }
        var weightMap: [(String, String)] = []
        var shards: [String] = []
        for (weight, value) in map {
            guard let shard = value.stringValue else {
                throw .malformed(file: path, message: "weight_map.\(weight): expected a file name")
            }
            guard !shard.isEmpty, shard != ".", shard != "..",
                !shard.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 })
            else {
                throw .malformed(
                    file: path, message: "weight_map.\(weight): \"\(shard)\" is no file name in the same folder")
            }
            guard folder.contains(shard) else {
                throw .notFound(
                    path: folder.path(of: shard), message: "no such file, but \(name) says it holds \"\(weight)\"")
            }
            if shards.last != shard, !shards.contains(shard) { shards.append(shard) }
            weightMap.append((weight, shard))
        }
        self.weightMap = weightMap
        self.shards = shards
    }
}
