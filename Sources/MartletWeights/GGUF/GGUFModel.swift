internal import MartletModelIR

/// The parts of one model: the metadata of the first and the tensors of all.
struct GGUFModel: Sendable {
    let parts: [GGUF]
    let reader: GGUFMetadataReader
    /// By GGUF's own names.
    let tensors: [String: GGUFTensor]

    init(parts: [GGUF]) {
        self.parts = parts
        reader = GGUFMetadataReader(parts[0])
        tensors = Dictionary(
            parts.flatMap(\.tensors).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The first part, which has the metadata.
    var main: GGUF { parts[0] }

    /// Whether any layer has the tensor `blk.N.<name>`.
    func hasLayerTensor(_ name: String) -> Bool {
        tensors.keys.contains { $0.hasPrefix("blk.") && $0.hasSuffix(".\(name)") }
    }

    /// The numbers of a small tensor that is part of the configuration, or nil if there is none.
    func numbers(_ name: String) throws(CheckpointError) -> [Float]? {
        guard let tensor = tensors[name] else { return nil }
        let bytes = parts.lazy.compactMap { part in part.tensors.contains { $0.name == name } ? part : nil }.first?
            .bytes(of: tensor)
        guard let format = tensor.format, let bytes else { throw GGUFWeights.unsupportedType(tensor, main) }
        var numbers = [Float](repeating: 0, count: tensor.elementCount)
        numbers.withUnsafeMutableBufferPointer { format.dequantize(bytes, into: $0) }
        return numbers
    }
}
