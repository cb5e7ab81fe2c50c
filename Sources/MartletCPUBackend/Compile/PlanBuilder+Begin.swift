import CMartletKernels
import MartletModelIR

extension PlanBuilder {
    /// What depends on nothing but the batch: embeddings, cosines and sines.
    mutating func makeBegin() throws(BackendError) {
        var embeddings: [Embedding] = []
        for case .embed(let ref, let index, let function, let out) in lowering.regions {
            let view = try weights.view(ref)
            guard let bytes = view.bytes.baseAddress else { continue }
            storage.keep(KeptView(view))
            embeddings.append(
                Embedding(
                    table: bytes, index: .init(index), format: view.format.kernelFormat, scales: view.scales,
                    rowBytes: view.format.rowBytes(ref.shape[1]), width: ref.shape[1],
                    function: try function.map { function throws(BackendError) in
                        storage.place(try self.function(function))
                    }, out: pointer(out)))
        }
        var features: [Features] = []
        for case .features(let out) in lowering.regions {
            features.append(
                Features(width: width(out), rowsPerToken: program.nodes[out].rowsPerToken, out: pointer(out)))
        }
        let placed = storage.place(try rotaryTables())
        for (index, rotary) in rotaryOrder.enumerated() {
            if let base = placed.baseAddress { rotaries[rotary] = base + index }
        }
        append(
            .begin(
                storage.place(
                    BeginRegion(
                        embeddings: storage.place(embeddings), features: storage.place(features), rotaries: placed))),
            .init(name: "embed, rotary tables"))
    }

    /// Every rotary embedding of the program once, in order of use.
    private var rotaryOrder: [RotaryEmbedding] {
        var seen: Set<RotaryEmbedding> = []
        return program.nodes.compactMap { $0.op.rotation?.rotary }.filter { seen.insert($0).inserted }
    }

    private func rotaryTables() throws(BackendError) -> [RotaryTable] {
        for node in program.nodes {
            guard let (rotary, headDim) = node.op.rotation else { continue }
            guard rotary.rotaryDim <= headDim, rotary.rotaryDim > 0 else {
                throw BackendError(
                    backend: CPUBackend.name,
                    message: "\(node.name): rotates \(rotary.rotaryDim) dimensions of a head of \(headDim)")
            }
        }
        return rotaryOrder.map { rotary in
            let pairs = rotary.rotaryDim / 2
            let scaling = rotary.queryScaling
            return RotaryTable(
                frequencies: storage.place(rotary.inverseFrequencies), factor: rotary.attentionFactor,
                longFrequencies: rotary.long.flatMap { storage.place($0.inverseFrequencies).baseAddress },
                longFactor: rotary.long?.attentionFactor ?? 1, isNeoxStyle: rotary.isNeoxStyle,
                cosines: storage.floats(pairs * options.maxNumBatchedTokens),
                sines: storage.floats(pairs * options.maxNumBatchedTokens), growth: scaling?.beta ?? 0,
                growthPositions: max(scaling?.originalMaxPositionEmbeddings ?? 1, 1),
                growths: scaling == nil ? nil : storage.floats(options.maxNumBatchedTokens))
        }
    }
}

/// Keeps the bytes of a view alive.
private final class KeptView {
    private let view: WeightView

    init(_ view: WeightView) { self.view = view }
}

extension Op {
    /// The rotation in the op and the width of what it rotates.
    fileprivate var rotation: (rotary: RotaryEmbedding, headDim: Int)? {
        switch self {
        case .rotary(_, let rotary, let spec): (rotary, spec.headDim)
        case .latentAttention(_, _, _, let spec): (spec.rotary, spec.ropeDim)
        default: nil
        }
    }
}

extension Embedding.Index {
    fileprivate init(_ index: EmbeddingIndex) {
        switch index {
        case .tokenID: self = .tokenID
        case .position(let offset): self = .position(offset)
        case .tokenType: self = .tokenType
        }
    }
}
