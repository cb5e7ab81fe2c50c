internal import MartletModelIR

/// Equal groups of consecutive experts, of which a row takes some.
struct ExpertGroups {
    let count: Int
    let chosen: Int
    /// Experts of a group.
    let size: Int
}

extension ModelConfig {
    /// `n_group` and `topk_group`; the chosen groups together must have the experts a row takes.
    func expertGroups(
        of experts: ExpertSettings, defaultCount: Int? = nil, defaultChosen: Int? = nil
    ) throws(ModelError) -> ExpertGroups {
        let count = try size("n_group", default: defaultCount, limit: experts.count)
        guard experts.count % count == 0 else {
            throw error("n_group", "expected a divisor of \(experts.count) experts, found \(count)")
        }
        let chosen = try size("topk_group", default: defaultChosen, limit: count)
        let groups = ExpertGroups(count: count, chosen: chosen, size: experts.count / count)
        guard experts.topK <= chosen * groups.size else {
            throw error(
                "num_experts_per_tok",
                "expected at most the \(chosen * groups.size) experts of the chosen groups, "
                    + "found \(experts.topK)")
        }
        return groups
    }
}
