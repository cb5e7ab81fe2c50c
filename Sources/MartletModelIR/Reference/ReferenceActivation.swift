#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Elementwise functions in double precision.
struct ReferenceActivation {
    let activation: Activation
    /// The learned numbers of the activation, in the order of `Activation.weights`.
    let parameters: [Float]

    func callAsFunction(_ x: Float) -> Float {
        let x = Double(x)
        return Float(value(x))
    }

    /// The gated product.
    func callAsFunction(gate: Float, up: Float) -> Float {
        guard case .clampedSwiGLU(let alpha, let limit) = activation else { return self(gate) * up }
        let g = min(Double(gate), Double(limit))
        let u = min(max(Double(up), -Double(limit)), Double(limit))
        return Float((u + 1) * g / (1 + exp(-Double(alpha) * g)))
    }

    private func value(_ x: Double) -> Double {
        switch activation {
        case .silu: x / (1 + exp(-x))
        case .gelu: 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
        case .geluTanh: 0.5 * x * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .quickGelu: x / (1 + exp(-1.702 * x))
        case .relu: max(x, 0)
        case .relu2: max(x, 0) * max(x, 0)
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: hyperbolicTangent(x)
        case .softplus: softplus(x)
        case .clamp(let limit): min(max(x, -Double(limit)), Double(limit))
        case .xielu(_, _, let beta, let eps): xielu(x, Double(beta), Double(eps))
        case .clampedSwiGLU: preconditionFailure("clampedSwiGLU has a gate")
        }
    }

    private func xielu(_ x: Double, _ beta: Double, _ eps: Double) -> Double {
        let alphaP = softplus(Double(parameters[0]))
        let alphaN = beta + softplus(Double(parameters[1]))
        return x > 0 ? alphaP * x * x + beta * x : (expm1(min(x, eps)) - x) * alphaN + beta * x
    }
}

/// `log(1 + exp(x))` without overflow.
func softplus(_ x: Double) -> Double { x > 30 ? x : log1p(exp(x)) }

/// The C function, whose name an enum case hides.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
