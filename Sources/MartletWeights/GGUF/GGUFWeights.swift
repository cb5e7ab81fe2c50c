internal import MartletJSON
internal import MartletModelIR

/// The weights of a GGUF model under their Hugging Face names.
final class GGUFWeights: WeightSource {
    let names: [String]
    private let parts: [GGUF]
    private let tensorNames: GGUFTensorNames
    /// By Hugging Face names.
    private let places: [String: Place]
    /// By the names of the file, the tensors that are arranged in another way there.
    private let sources: [String: Place]
    private let derived: GGUFDerivedWeights

    private struct Place: Sendable {
        let part: Int
        let tensor: GGUFTensor
        var index: Int?
        var rows: Range<Int>?
    }

    /// The tensors of all parts of one model.
    ///
    /// **Throws** `unsupported` for a tensor that has no known part in the network or a type that cannot be read:
    /// all tensors of these architectures take part in the result, but those of layers beyond the configuration's.
    init(_ model: GGUFModel, _ architecture: GGUFArchitecture, config: JSONObject) throws(CheckpointError) {
        func number(_ key: String) -> Int { config[key]?.intValue ?? 0 }
        let tensorNames = architecture.tensors
        let headDim = number("head_dim")
        let rows = GGUFTensorNames.Rows(
            query: number("num_attention_heads") &* headDim, key: number("num_key_value_heads") &* headDim)
        let rearranged = tensorNames.rearrangedNames
        var names: [String] = []
        var rearrangedNames: Set<String> = []
        var places: [String: Place] = [:]
        var sources: [String: Place] = [:]
        var derived = GGUFDerivedWeights.Builder()
        for (part, gguf) in model.parts.enumerated() {
            for tensor in gguf.tensors where !GGUFTensorNames.configuration.contains(tensor.name) {
                guard tensor.format != nil else { throw Self.unsupportedType(tensor, gguf) }
                let layer = GGUFTensorNames.layer(of: tensor.name, prefix: "blk")
                // Layers that predict further tokens come after the decoder's.
                if let layer, architecture.hasPredictionLayers, layer.layer >= number("num_hidden_layers") { continue }
                if let layer, let name = rearranged[layer.rest] {
                    sources[tensor.name] = Place(part: part, tensor: tensor)
                    let full = "\(tensorNames.layerPrefix).\(layer.layer).\(name)"
                    if rearrangedNames.insert(full).inserted { names.append(full) }
                    continue
                }
                guard let presented = tensorNames.presentations(of: tensor, rows: rows) else {
                    throw .unsupported(
                        file: gguf.file.path,
                        message: "tensor \"\(tensor.name)\" has no known part in this architecture")
                }
                for weight in presented {
                    let place = Place(part: part, tensor: tensor, index: weight.index, rows: weight.rows)
                    guard places.updateValue(place, forKey: weight.name) == nil else {
                        throw .malformed(file: gguf.file.path, message: "tensor \"\(tensor.name)\" is in two parts")
                    }
                    names.append(weight.name)
                    derived.add(weight.name, tensor, gguf, tensorNames.derivations)
                }
            }
        }
        for weight in try architecture.weightsInMetadata(model) {
            names.append(weight.name)
            derived.add(weight.name, weight.values)
        }
        self.names = names
        self.parts = model.parts
        self.tensorNames = tensorNames
        self.places = places
        self.sources = sources
        self.derived = GGUFDerivedWeights(derived)
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

    func weight(_ name: String) -> WeightView? { derived[name] ?? places[name].flatMap(view) }

    private func view(_ place: Place) -> WeightView? {
        guard let format = place.tensor.format, var bytes = parts[place.part].bytes(of: place.tensor) else {
            return nil
        }
        var shape = place.tensor.shape
        if let index = place.index {
            let size = bytes.count / shape[0]
            bytes = UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size])
            shape.removeFirst()
        }
        if let rows = place.rows {
            let size = bytes.count / shape[0]
            bytes = UnsafeRawBufferPointer(rebasing: bytes[rows.lowerBound * size..<rows.upperBound * size])
            shape[0] = rows.count
        }
        return WeightView(bytes: bytes, format: format, shape: shape)
    }

    func part(_ reference: WeightRef) -> WeightView? {
        guard let (layer, rest) = GGUFTensorNames.layer(of: reference.name, prefix: tensorNames.layerPrefix),
            let rearrangement = tensorNames.rearranged[rest]
        else { return nil }
        let selection = reference.selection
        func stored(_ name: String, rows: Range<Int>? = nil) -> WeightView? {
            guard var place = sources["blk.\(layer).\(name)"] else { return nil }
            let count = place.tensor.shape.first ?? 0
            if let index = selection.index {
                guard index < count, place.tensor.shape.count > 1 else { return nil }
                place.index = index
            }
            if let rows {
                guard rows.upperBound <= count else { return nil }
                place.rows = rows
            }
            return view(place)
        }
        switch rearrangement {
        case .halves(let first, let second):
            guard let rows = selection.rows else { return nil }
            return stored(rows.start == 0 ? first : second)
        case .transposed(let name):
            guard selection.isTransposed || reference.shape.count < 2 else { return nil }
            return stored(name, rows: selection.rows.map { $0.start..<$0.start + $0.length * $0.count })
        case .ungrouped(let name):
            guard let rows = selection.rows else { return nil }
            let start = rows.start * rows.count
            return stored(name, rows: start..<start + rows.length * rows.count)
        case .latent(let key, let value):
            guard let rows = selection.rows else { return nil }
            if rows.start == 0 { return stored(key)?.transposingMatrices() }
            return stored(value).map { WeightView(bytes: $0.bytes, format: $0.format, shape: reference.shape) }
        }
    }

    func discardPages(of view: WeightView) {
        for part in parts { part.file.discardPages(view.bytes) }
    }
}

extension GGUFTensorNames {
    /// The tensors of a layer that have another arrangement in Hugging Face files, and the name there.
    fileprivate var rearrangedNames: [String: String] {
        var names: [String: String] = [:]
        for (name, rearrangement) in rearranged {
            switch rearrangement {
            case .halves(let first, let second): (names[first], names[second]) = (name, name)
            case .transposed(let tensor), .ungrouped(let tensor): names[tensor] = name
            case .latent(let key, let value): (names[key], names[value]) = (name, name)
            }
        }
        return names
    }
}
