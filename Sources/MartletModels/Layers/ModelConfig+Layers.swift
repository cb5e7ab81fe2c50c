internal import MartletJSON
internal import MartletModelIR

extension ModelConfig {
    /// The epsilon of a norm.
    func epsilon(_ key: String, default fallback: Double) throws(ModelError) -> Float {
        let eps = try double(key, default: fallback)
        guard eps > 0, eps < 1 else { throw error(key, "expected between 0 and 1, found \(eps)") }
        return Float(eps)
    }

    /// A factor or cap: any finite number but zero.
    func factor(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Float {
        let factor = Float(try double(key, default: fallback))
        guard factor.isFinite, factor != 0 else { throw error(key, "expected a number other than 0, found \(factor)") }
        return factor
    }

    /// A cap that null switches off; an absent key is the fallback.
    func optionalFactor(_ key: String, default fallback: Double?) throws(ModelError) -> Float? {
        if isNull(key) || present(key) == nil && fallback == nil { return nil }
        return try factor(key, default: fallback)
    }

    /// The scale of attention scores that a key gives as the width whose root divides them.
    func attentionScale(_ key: String, default fallback: Double) throws(ModelError) -> Float {
        let width = try double(key, default: fallback)
        guard width > 0, width.isFinite else { throw error(key, "expected more than 0, found \(width)") }
        return Float(1 / width.squareRoot())
    }

    /// Refuses a key whose value is none of those this architecture has; absent and null are fine.
    func expect(_ key: String, oneOf accepted: JSONValue...) throws(ModelError) {
        guard let value = present(key), !accepted.contains(where: { $0.isSame(as: value) }) else { return }
        let list = accepted.map { JSONWriter.string($0) }.joined(separator: " or ")
        throw error(key, "expected \(list), found \(JSONWriter.string(value))")
    }

    /// Refuses a key whose value differs from that of the key it is another name for.
    func expect(_ key: String, sameAs other: String) throws(ModelError) {
        guard let value = present(key), let expected = present(other), !expected.isSame(as: value) else { return }
        throw error(key, "\(JSONWriter.string(value)) contradicts \(other), which is \(JSONWriter.string(expected))")
    }

    /// An activation by its name in transformers.
    ///
    /// **Source** transformers `activations.py` `ACT2CLS`.
    func activation(_ key: String, default fallback: String) throws(ModelError) -> Activation {
        let name = try string(key, default: fallback)
        switch name {
        case "silu", "swish": return .silu
        case "gelu", "gelu_python": return .gelu
        case "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh": return .geluTanh
        case "quick_gelu": return .quickGelu
        case "relu": return .relu
        case "relu2": return .relu2
        case "sigmoid": return .sigmoid
        case "tanh": return .tanh
        default:
            throw error(
                key,
                "\(name) is not supported; supported: silu, gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu, "
                    + "relu2, sigmoid, tanh")
        }
    }

    /// The kind of every layer: `layer_types`, or what the family's configuration class puts there.
    func layerTypes<Kind: RawRepresentable & CaseIterable>(
        _ numHiddenLayers: Int, default fallback: (Int) -> Kind
    ) throws(ModelError) -> [Kind] where Kind.RawValue == String {
        guard let names = try strings("layer_types") else { return (0..<numHiddenLayers).map(fallback) }
        guard names.count == numHiddenLayers else {
            throw error("layer_types", "expected one type for each of \(numHiddenLayers) layers, found \(names.count)")
        }
        var kinds: [Kind] = []
        for (index, name) in names.enumerated() {
            guard let kind = Kind(rawValue: name) else {
                let supported = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw error("layer_types.\(index)", "\(name) is not supported; supported: \(supported)")
            }
            kinds.append(kind)
        }
        return kinds
    }
}

extension JSONValue {
    /// Equal, whether numbers are written with a fraction or not.
    fileprivate func isSame(as other: JSONValue) -> Bool {
        if let number = doubleValue { return number == other.doubleValue }
        return self == other
    }
}
