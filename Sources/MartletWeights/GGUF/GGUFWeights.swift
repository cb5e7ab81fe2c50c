internal import MartletModelIR

/// The weights of a GGUF model under their Hugging Face names.
final class GGUFWeights: WeightSource {
    let names: [String]
    private let parts: [GGUF]
    private let places: [String: Place]

    private struct Place: Sendable {
        let part: Int
        let tensor: GGUFTensor
        /// Which of the matrices stacked in the tensor; nil for all of it.
        var index: Int?
    }

    /// The tensors of all parts of one model.
    ///
    /// **Throws** `unsupported` for a tensor that has no known part in the network or a type that cannot be read:
    /// all tensors of these architectures take part in the result.
    init(parts: [GGUF]) throws(CheckpointError) {
        var names: [String] = []
        var places: [String: Place] = [:]
        for (part, gguf) in parts.enumerated() {
            for tensor in gguf.tensors where tensor.name != GGUFTensorName.rotaryFactors {
                guard tensor.format != nil else { throw Self.unsupportedType(tensor, gguf) }
                for (name, index) in try Self.presented(tensor, gguf) {
                    let place = Place(part: part, tensor: tensor, index: index)
                    guard places.updateValue(place, forKey: name) == nil else {
                        throw .malformed(file: gguf.file.path, message: "tensor \"\(tensor.name)\" is in two parts")
                    }
                    names.append(name)
                }
            }
        }
        self.names = names
        self.parts = parts
        self.places = places
    }

    /// The weights a tensor is: one, or one of each expert.
    private static func presented(
        _ tensor: GGUFTensor, _ gguf: GGUF
    ) throws(CheckpointError) -> [(name: String, index: Int?)] {
        if tensor.shape.count == 3, tensor.shape[0] <= 65_536,
            let names = GGUFTensorName.expertNames(of: tensor.name, count: tensor.shape[0])
        {
            return names.enumerated().map { ($1, $0) }
        }
        guard let name = GGUFTensorName.huggingFaceName(of: tensor.name) else {
            throw .unsupported(
                file: gguf.file.path, message: "tensor \"\(tensor.name)\" has no known part in this architecture")
        }
        return [(name, nil)]
    }

    static func unsupportedType(_ tensor: GGUFTensor, _ gguf: GGUF) -> CheckpointError {
        let supported = WeightFormat.allCases.filter { $0.rawValue < 1000 }.map { "\($0)".uppercased() }.joined(
            separator: ", ")
        return .unsupported(
            file: gguf.file.path,
            message:
                "tensor \"\(tensor.name)\" has type \(tensor.typeName), which is not supported; supported: \(supported)"
        )
    }

    var files: [MappedFile] { parts.map(\.file) }

    func weight(_ name: String) -> WeightView? {
        guard let place = places[name], let format = place.tensor.format,
            let bytes = parts[place.part].bytes(of: place.tensor)
        else { return nil }
        let shape = place.tensor.shape
        guard let index = place.index else { return WeightView(bytes: bytes, format: format, shape: shape) }
        let size = bytes.count / shape[0]
        return WeightView(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]), format: format,
            shape: Array(shape.dropFirst()))
    }

    func discardPages(of view: WeightView) {
        for part in parts { part.file.discardPages(view.bytes) }
    }
}
