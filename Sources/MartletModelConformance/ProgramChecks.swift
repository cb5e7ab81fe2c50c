import MartletModelIR

/// What can be seen in a recorded program without running it.
struct ProgramChecks {
    let model: any ModelArchitecture
    let program: Program

    var violations: [String] {
        var found: [String] = []
        let output = program.nodes[program.output.id]
        if output.width != model.vocabSize {
            found.append("the output has \(output.width) columns, vocabSize is \(model.vocabSize)")
        }
        if !program.nodes.contains(where: { if case .gatherLogitRows = $0.op { true } else { false } }) {
            found.append("logits are computed for all tokens: gatherLogitRows is missing")
        }
        if let weight = program.weights.first(where: { $0.name.isEmpty || $0.shape.contains { $0 <= 0 } }) {
            found.append("a weight has no name or an empty shape: \(weight)")
        }
        let names = program.nodes.map(\.name)
        if names.contains("") || Set(names).count != names.count { found.append("values need names of their own") }
        for node in program.nodes { found += violations(of: node) }
        return found
    }

    private func violations(of node: Program.Node) -> [String] {
        switch node.op {
        case .attention(_, let spec) where spec.isCausal:
            let kept = spec.slidingWindow == nil ? KVCacheSpec.full(spec) : .slidingWindow(spec)
            return cacheViolations(node, spec.layer) { $0 == kept }
        case .latentAttention(_, _, _, let spec):
            return cacheViolations(node, spec.layer) { $0 == .latent(spec) }
        case .shortConv(_, let conv): return stateViolations(node, conv.state)
        case .gatedDeltaNet(_, _, let net): return stateViolations(node, net.state)
        case .mamba2(_, _, let mamba): return stateViolations(node, mamba.state)
        default: return []
        }
    }

    private func stateViolations(_ node: Program.Node, _ state: StateRef) -> [String] {
        cacheViolations(node, state.layer) { kept in
            guard case .recurrent(let spec) = kept else { return false }
            return state.offset >= 0 && state.offset + state.count <= spec.elements
        }
    }

    private func cacheViolations(_ node: Program.Node, _ layer: Int, fits: (KVCacheSpec) -> Bool) -> [String] {
        guard model.kvCacheSpecs.indices.contains(layer) else {
            return ["\(node.name) uses cache \(layer), kvCacheSpecs has \(model.kvCacheSpecs.count)"]
        }
        return fits(model.kvCacheSpecs[layer]) ? [] : ["\(node.name) does not fit kvCacheSpecs[\(layer)]"]
    }
}
