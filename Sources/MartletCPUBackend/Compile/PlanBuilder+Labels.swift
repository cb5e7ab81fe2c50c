import CMartletKernels
import MartletModelIR

extension PlanBuilder {
    /// What a profile calls the part `kind` of a region: the same for all layers.
    func label(_ kind: String, _ region: LoweredRegion) -> RegionTimer.Label {
        guard case .linear(_, let refs, _, _, _) = region else {
            return .init(name: "\(kind) \(Self.withoutNumbers(program.nodes[region.output].name))")
        }
        var name = "\(kind) "
        for (index, ref) in refs.enumerated() {
            let path = ref.name.split(separator: ".").dropLast()
            name += index == 0 ? Self.withoutNumbers(path.joined(separator: ".")) : "+\(path.last ?? "")"
        }
        var label = RegionTimer.Label(name: name, domain: lowering.domains[region.output])
        guard kind == "linear" else { return label }
        for ref in refs {
            guard let plan = try? matrix(ref).plan else { continue }
            let format = WeightFormat(rawValue: plan.format.rawValue) ?? .f32
            label.weightBytes += Int(plan.n) * format.rowBytes(Int(plan.k))
            label.operationsPerRow += 2 * Int(plan.n * plan.k)
        }
        return label
    }

    /// `layers.3.mlp` as `layers.*.mlp`.
    private static func withoutNumbers(_ path: String) -> String {
        path.split(separator: ".").map { Int($0) == nil ? String($0) : "*" }.joined(separator: ".")
    }
}
