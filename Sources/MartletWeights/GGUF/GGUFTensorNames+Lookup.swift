/// A weight under its Hugging Face name, and which part of a tensor it is.
struct GGUFPresentation {
    let name: String
    /// Which of the matrices stacked in the tensor; nil for all of it.
    var index: Int?
    /// Which rows of the matrix; nil for all.
    var rows: Range<Int>?
}

extension GGUFTensorNames {
    /// Rows of a fused projection: those of the queries, then as many of the keys as of the values.
    struct Rows {
        let query: Int
        let key: Int
    }

    private static let countLimit = 65_536

    /// The weights that `tensor` is, or nil if it has no known part in the network.
    func presentations(of tensor: GGUFTensor, rows: Rows) -> [GGUFPresentation]? {
        if let name = globals[tensor.name] { return [GGUFPresentation(name: name)] }
        guard let (layer, rest) = Self.layer(of: tensor.name, prefix: "blk") else { return nil }
        let scope = "\(layerPrefix).\(layer)."
        if let name = whole[rest] { return [GGUFPresentation(name: scope + name)] }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let module = parts.first, let ending = parts.last, ending == "weight" || ending == "bias" else {
            return nil
        }
        if parts.count == 3 { return expert(module, number: parts[1], ending, scope) }
        guard parts.count == 2 else { return nil }
        if ending == "weight", tensor.shape.count == 2, tensor.shape[0] <= Self.countLimit, let path = headNorms[module]
        {
            return (0..<tensor.shape[0]).map { GGUFPresentation(name: "\(scope)\(path).\($0).weight", index: $0) }
        }
        if ending == "weight", tensor.shape.count == 3, let names = stacked(module, tensor.shape, scope) {
            return names
        }
        if module == "attn_qkv", modules[module] == nil { return separated(ending, tensor.shape, rows, scope) }
        return modules[module].map { [GGUFPresentation(name: "\(scope)\($0).\(ending)")] }
    }

    /// Layer and rest of `<prefix>.<layer>.<rest>`.
    static func layer(of name: String, prefix: String) -> (layer: Int, rest: String)? {
        guard name.hasPrefix(prefix + ".") else { return nil }
        let tail = name.dropFirst(prefix.utf8.count + 1)
        guard let dot = tail.firstIndex(of: "."), let layer = Int(tail[..<dot]), layer >= 0, "\(layer)" == tail[..<dot]
        else { return nil }
        return (layer, String(tail[tail.index(after: dot)...]))
    }

    /// A matrix of one expert, as older files have them.
    private func expert(
        _ module: String, number: String, _ ending: String, _ scope: String
    ) -> [GGUFPresentation]? {
        guard let path = experts[module], let index = Int(number), index >= 0, "\(index)" == number else { return nil }
        return [GGUFPresentation(name: "\(scope)\(Self.path(path, index)).\(ending)")]
    }

    private static func path(_ path: String, _ index: Int) -> String {
        path.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "\(index)")
    }

    /// The matrices of a stack of experts.
    private func stacked(_ module: String, _ shape: [Int], _ scope: String) -> [GGUFPresentation]? {
        guard shape[0] <= Self.countLimit, module.hasSuffix("_exps") else { return nil }
        if module == "ffn_gate_up_exps", let gate = experts["ffn_gate"], let up = experts["ffn_up"], shape[1] % 2 == 0 {
            let width = shape[1] / 2
            return (0..<shape[0]).flatMap {
                [
                    GGUFPresentation(name: "\(scope)\(Self.path(gate, $0)).weight", index: $0, rows: 0..<width),
                    GGUFPresentation(name: "\(scope)\(Self.path(up, $0)).weight", index: $0, rows: width..<2 * width),
                ]
            }
        }
        guard let path = experts[String(module.dropLast(5))] else { return nil }
        return (0..<shape[0]).map { GGUFPresentation(name: "\(scope)\(Self.path(path, $0)).weight", index: $0) }
    }

    /// A fused projection where Hugging Face files have three.
    private func separated(_ ending: String, _ shape: [Int], _ rows: Rows, _ scope: String) -> [GGUFPresentation]? {
        guard let query = modules["attn_q"], let key = modules["attn_k"], let value = modules["attn_v"],
            rows.query > 0, rows.key > 0, shape.first == rows.query &+ 2 &* rows.key
        else { return nil }
        let ends = [rows.query, rows.query + rows.key, rows.query + 2 * rows.key]
        return zip([query, key, value], zip([0] + ends, ends)).map {
            GGUFPresentation(name: "\(scope)\($0).\(ending)", rows: $1.0..<$1.1)
        }
    }
}
