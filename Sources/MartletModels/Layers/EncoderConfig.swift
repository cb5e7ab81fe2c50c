internal import MartletModelIR

extension ModelConfig {
    /// More layers or heads than any checkpoint has.
    static let encoderCountLimit = 65_536

    /// An activation by the name transformers gives it.
    func encoderActivation(_ key: String, default fallback: String) throws(ModelError) -> Activation {
        switch try string(key, default: fallback) {
        case "gelu", "gelu_python": return .gelu
        case "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh": return .geluTanh
        case "quick_gelu": return .quickGelu
        case "relu": return .relu
        case "relu2": return .relu2
        case "silu", "swish": return .silu
        case "tanh": return .tanh
        case "sigmoid": return .sigmoid
        case let name:
            throw error(
                key,
                "\(name) is not supported; supported: gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu, relu2, silu, "
                    + "tanh, sigmoid")
        }
    }

    /// The epsilon of a norm.
    func normEps(_ key: String, default fallback: Double) throws(ModelError) -> Float {
        let eps = try double(key, default: fallback)
        guard eps > 0, eps < 1, Float(eps) > 0 else { throw error(key, "expected between 0 and 1, found \(eps)") }
        return Float(eps)
    }

    /// Whether the architecture's name ends in `suffix`.
    func isArchitecture(_ suffix: String) -> Bool { architecture.hasSuffix(suffix) }
}
