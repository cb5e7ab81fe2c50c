internal import MartletJSON

/// Whether a cached snapshot has all the weights its index names.
enum SafetensorsShards {
    private static let indexNames = ["model.safetensors.index.json", "consolidated.safetensors.index.json"]

    static func areComplete(_ files: [String], in directory: String) -> Bool {
        guard let indexName = indexNames.first(where: files.contains) else { return true }
        guard let text = FileSystem.text(of: "\(directory)/\(indexName)"),
            let map = try? JSONReader.parse(text)["weight_map"]?.objectValue
        else { return false }
        let present = Set(files)
        return map.values.allSatisfy { shard in shard.stringValue.map(present.contains) ?? false }
    }
}
