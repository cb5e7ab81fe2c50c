internal import MartletModelIR

/// Equal groups of consecutive experts, of which a row takes some.
struct ExpertGroups {
    let count: Int
    let chosen: Int
    /// Experts of a group.
    let size: Int
}

extension ModelConfig {
    /// `n_group` and `topk_group`.
    func expertGroups(
        of numExperts: Int, defaultCount: Int? = nil, defaultChosen: Int? = nil
    ) throws(ModelError) -> ExpertGroups {
        let count = try size("n_group", default: defaultCount, limit: numExperts)
        guard numExperts % count == 0 else {
            throw error("n_group", "expected a divisor of \(numExperts) experts, found \(count)")
        }
        let chosen = try size("topk_group", default: defaultChosen, limit: count)
        return ExpertGroups(count: count, chosen: chosen, size: numExperts / count)
    }

    /// `num_experts_per_tok`, which all chosen groups together must have.
    func expertsPerToken(
        of numExperts: Int, _ groups: ExpertGroups? = nil, default fallback: Int? = nil
    ) throws(ModelError) -> Int {
        try size(
            "num_experts_per_tok", default: fallback, limit: groups.map { $0.chosen * $0.size } ?? numExperts)
    }

    /// Refuses a string other than the only one that is supported; an absent key says the same.
    func refuseOther(_ key: String, than supported: String) throws(ModelError) {
        let found = try string(key, default: supported)
        guard found == supported else { throw error(key, "\(found) is not supported; supported: \(supported)") }
    }

    /// Refuses a truth value other than the only one that is supported; an absent key says the same.
    func refuseOther(_ key: String, than supported: Bool) throws(ModelError) {
        let found = try bool(key, default: supported)
        guard found == supported else { throw error(key, "\(found) is not supported; supported: \(supported)") }
    }
}
