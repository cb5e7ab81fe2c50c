/// Elementwise functions.
public enum Activation: Hashable, Sendable {
    /// `x * sigmoid(x)`.
    case silu
    /// `x * Phi(x)` with the exact normal distribution.
    case gelu
    /// The tanh approximation of gelu (`gelu_new`, `gelu_pytorch_tanh`).
    case geluTanh
    /// `x * sigmoid(1.702 x)`.
    case quickGelu
    /// `max(x, 0)`.
    case relu
    /// `max(x, 0)^2`.
    case relu2
    /// `1 / (1 + exp(-x))`.
    case sigmoid
    /// Hyperbolic tangent.
    case tanh
    /// `log(1 + exp(x))`.
    case softplus
    /// `min(max(x, -limit), limit)`.
    case clamp(limit: Float)
    /// Apertus' xIELU with its two learned numbers. **Source** transformers `activations.py` `XIELUActivation`.
    case xielu(alphaP: WeightRef, alphaN: WeightRef, beta: Float, eps: Float)
    /// gpt-oss, gated only: `g = min(gate, limit)`, `u = clamp(up, ±limit)`, `(u + 1) * g * sigmoid(alpha * g)`.
    case clampedSwiGLU(alpha: Float, limit: Float)

    /// Learned numbers of the function.
    var weights: [WeightRef] {
        if case .xielu(let alphaP, let alphaN, _, _) = self { [alphaP, alphaN] } else { [] }
    }
}
