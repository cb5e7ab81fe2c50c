public import MartletModelIR

extension Safetensors {
    /// The weights of one file that belongs to no checkpoint.
    public static func weights(path: String) throws(CheckpointError) -> any WeightSource {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        return try SafetensorsWeights(
            folder: Folder(path: folder.isEmpty ? "." : folder), files: [String(parts.last ?? "")], index: nil)
    }
}
