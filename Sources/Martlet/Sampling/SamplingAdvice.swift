import MartletJSON

/// What the makers of a family advise and its files do not say.
///
/// Nothing is changed by it: a server whose defaults the operator did not choose should not guess, but it can warn.
struct SamplingAdvice {
    /// `architectures` entries.
    let architectures: Set<String>
    /// The family, as messages name it.
    let family: String
    /// The advised members of generation_config.json.
    let values: KeyValuePairs<String, Double>
    /// Where the advice stands.
    let source: String

    /// The families known to need other values than the neutral ones, where repositories without the file are common.
    private static let table = [
        SamplingAdvice(
            architectures: ["Mistral3ForConditionalGeneration", "Ministral3ForCausalLM"],
            family: "Mistral Small 3 and Ministral 3", values: ["temperature": 0.15],
            source: "the model cards of Mistral-Small-3.2-24B-Instruct-2506 and Ministral-3-8B-Instruct-2512"),
        SamplingAdvice(
            architectures: ["MiniMaxM2ForCausalLM"], family: "MiniMax-M2",
            values: ["temperature": 1, "top_p": 0.95, "top_k": 40], source: "the model card of MiniMax-M2"),
        SamplingAdvice(
            architectures: ["Qwen3ForCausalLM", "Qwen3MoeForCausalLM"], family: "Qwen3",
            values: ["temperature": 0.6, "top_p": 0.95, "top_k": 20], source: "the model card of Qwen3-8B"),
        SamplingAdvice(
            architectures: ["Lfm2ForCausalLM"], family: "LFM2",
            values: ["temperature": 0.3, "min_p": 0.15, "repetition_penalty": 1.05],
            source: "the model card of LFM2-1.2B"),
    ]

    /// A warning for a model whose defaults are all neutral although its family is known to need others; else nil.
    ///
    /// `flag` is `--generation-config`: an operator who chose neutral values gets no advice.
    static func warning(architecture: String, defaults: SamplingDefaults, flag: String) -> String? {
        guard flag == "auto", let advice = table.first(where: { $0.architectures.contains(architecture) }),
            defaults.parameters.allSatisfy({ $0.source == .builtIn || $0.name == "max_tokens" })
        else { return nil }
        let values = advice.values.map { "\"\($0.key)\": \(JSONWriter.string(.double($0.value)))" }
        return "the files of this model set no sampling defaults, so requests sample with temperature 1; for "
            + "\(advice.family), \(advice.source) say otherwise: "
            + "--override-generation-config '{\(values.joined(separator: ", "))}'"
    }
}
