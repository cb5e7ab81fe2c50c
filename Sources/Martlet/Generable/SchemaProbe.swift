import MartletJSON

/// A decoder that notes what a type decodes and gives it harmless values.
struct SchemaProbe: Decoder {
    let derivation: SchemaDerivation
    let attempt: ProbeAttempt
    let node: ProbeNode
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        node.kind = .object
        return KeyedDecodingContainer(ProbeKeyedContainer<Key>(probe: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        node.kind = .array
        return ProbeUnkeyedContainer(probe: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { ProbeSingleValueContainer(probe: self) }

    /// The probe for what is decoded at a key of this one.
    func nested(_ node: ProbeNode, _ key: any CodingKey) -> SchemaProbe {
        SchemaProbe(derivation: derivation, attempt: attempt, node: node, codingPath: codingPath + [key])
    }

    /// Notes that a value of `type` is decoded here.
    func note(_ type: any Decodable.Type) throws(GenerableError) {
        do throws(GenerableError) {
            let derived = try derivation.derived(of: type, attempt)
            node.sample = derived.sample
            if let annotation = node.annotation {
                node.sample = derivation.sample(of: derived.schema.adding(annotation), attempt) ?? derived.sample
            }
            node.noteValue(derived.schema)
        } catch {
            throw derivation.failing(error.within(codingPath))
        }
    }

    /// A value of `type`, which is decoded here.
    func decode<T: Decodable>(_ type: T.Type) throws(GenerableError) -> T {
        try note(type)
        guard let sample = node.sample else {
            throw derivation.failing(
                .underivable(
                    type, codingPath,
                    "no value of it is known: where it contains itself, make that optional or an array; where it has a "
                        + "jsonSchema of its own, add \"examples\" to that"))
        }
        do { return try JSONValueDecoder.decode(T.self, from: sample) } catch {
            throw derivation.failing(
                .underivable(
                    type, codingPath,
                    "it does not decode \(JSONWriter.string(sample)), a value of its schema; "
                        + "correct the schema or add \"examples\" to it"))
        }
    }
}
