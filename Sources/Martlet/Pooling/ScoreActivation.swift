import MartletJSON
import MartletModelIR

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// How a classifier's outputs become what a request gets.
///
/// **Source** vLLM `get_act_fn`: the problem type, then what sentence-transformers wrote, then by the number of labels.
enum ScoreActivation: Sendable, Hashable {
    case identity
    case sigmoid
    case softmax

    /// **Throws** `unsupported` for a function that is not known.
    init(config: JSONObject, numLabels: Int) throws(LLMError) {
        let usual: ScoreActivation = numLabels < 2 ? .sigmoid : .softmax
        switch config["problem_type"]?.stringValue {
        case "regression":
            self = .identity
            return
        case "single_label_classification":
            self = usual
            return
        case "multi_label_classification":
            self = .sigmoid
            return
        default: break
        }
        let name =
            config["sentence_transformers"]?["activation_fn"]?.stringValue
            ?? config["sbert_ce_default_activation_function"]?.stringValue
        guard let name else {
            self = usual
            return
        }
        if name.hasSuffix(".Softmax") {
            self = .softmax
            return
        }
        switch try TorchActivation.named(name, in: "config.json") {
        case nil: self = .identity
        case .sigmoid?: self = .sigmoid
        default: throw .unsupported("config.json: activation \(name) is not supported for scores")
        }
    }

    func callAsFunction(_ logits: [Float]) -> [Float] {
        switch self {
        case .identity: return logits
        case .sigmoid: return logits.map { Float(1 / (1 + exp(-Double($0)))) }
        case .softmax:
            let largest = Double(logits.max() ?? 0)
            let powers = logits.map { exp(Double($0) - largest) }
            let sum = powers.reduce(0, +)
            return powers.map { Float($0 / sum) }
        }
    }
}
