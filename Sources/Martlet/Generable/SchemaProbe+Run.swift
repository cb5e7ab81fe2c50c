import MartletJSON

extension SchemaProbe {
    /// What a type decodes, of which it takes the values.
    static func run<T: Decodable>(
        _ type: T.Type, in derivation: SchemaDerivation
    ) throws(GenerableError) -> ProbeNode {
        let annotations = (type as? any Generable.Type)?.schemaAnnotations ?? [:]
        var refusal: (any Error)?
        for number in 0..<ProbeAttempt.count {
            let attempt = ProbeAttempt(number)
            let node = ProbeNode(annotations: annotations)
            let result = Result { try T(from: SchemaProbe(derivation: derivation, attempt: attempt, node: node)) }
            if let failure = derivation.failure { throw failure }
            guard !attempt.asksForKeys else {
                throw derivation.failing(
                    .underivable(
                        type, [],
                        "it looks which keys there are, as enums with associated values do; conform it to Generable "
                            + "with a jsonSchema of its own"))
            }
            switch result {
            case .success(let value):
                if let message = doubt(value, node, annotations) {
                    throw derivation.failing(.underivable(type, [], message))
                }
                return node
            case .failure(let error): refusal = refusal ?? error
            }
        }
        let context = (refusal as? DecodingError)?.context
        throw derivation.failing(
            .underivable(
                type, context?.codingPath ?? [],
                type is any RawRepresentable.Type
                    ? enumAdvice(type)
                    : "init(from:) takes none of the values that were tried ("
                        + (context?.debugDescription ?? refusal.map { "\($0)" } ?? "")
                        + "); give values it takes with \"examples\" in schemaAnnotations, or the type a jsonSchema"))
    }

    /// What speaks against a type that could be decoded.
    private static func doubt(_ value: Any, _ node: ProbeNode, _ annotations: [String: JSONValue]) -> String? {
        if EnumSchema.isEnum(value) { return enumAdvice(Swift.type(of: value)) }
        if let name = annotations.keys.sorted().first(where: { !node.has($0) }) {
            return "schemaAnnotations name '\(name)', which is not decoded"
        }
        return node.hasUnequalElements ? "the elements of an array are of different types; give it a jsonSchema" : nil
    }

    private static func enumAdvice(_ type: any Any.Type) -> String {
        if type is any RawRepresentable.Type { return "its cases are not known; make the enum CaseIterable" }
        if type is any CaseIterable.Type { return "give the enum raw values, such as String" }
        return "its cases are not known; conform the enum to Generable with a jsonSchema of its own"
    }
}
