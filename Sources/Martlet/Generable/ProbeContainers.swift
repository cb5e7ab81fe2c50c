/// Notes the properties of an object.
///
/// 128-bit integers have methods of their own, because the protocols come with ones that refuse them.
struct ProbeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: SchemaProbe
    var codingPath: [any CodingKey] { probe.codingPath }

    var allKeys: [Key] {
        probe.attempt.asksForKeys = true
        return []
    }

    private func probe(at key: any CodingKey) -> SchemaProbe {
        probe.nested(probe.node.property(key.stringValue), key)
    }

    func contains(_ key: Key) -> Bool {
        probe.node.makeOptional(key.stringValue)
        return true
    }

    func decodeNil(forKey key: Key) -> Bool {
        probe.node.property(key.stringValue).isNullable = true
        return false
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try probe(at: key).decode(type) }

    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try probe(at: key).decode(type) }

    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try probe(at: key).decode(type) }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let here = probe(at: key)
        here.node.isNullable = true
        probe.node.makeOptional(key.stringValue)
        try here.note(type)
        guard probe.attempt.hasOptionals, here.node.sample != nil else {
            here.node.sample = nil
            return nil
        }
        return try here.decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedDecodingContainer<Nested> {
        probe(at: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { probe(at: key).unkeyedContainer() }

    func superDecoder() -> any Decoder { probe(at: JSONCodingKey("super")) }

    func superDecoder(forKey key: Key) -> any Decoder { probe(at: key) }
}

/// Notes the elements of an array.
struct ProbeUnkeyedContainer: UnkeyedDecodingContainer {
    let probe: SchemaProbe
    var codingPath: [any CodingKey] { probe.codingPath }
    let count: Int? = nil
    var currentIndex: Int { probe.node.elements.count }

    /// After one element, as for a loop that reads all of them.
    var isAtEnd: Bool {
        probe.node.asksForEnd = true
        return currentIndex > 0
    }

    private func next() -> SchemaProbe {
        let key = JSONCodingKey(currentIndex)
        return probe.nested(probe.node.nextElement(), key)
    }

    func decodeNil() -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }

    func decode(_ type: Int128.Type) throws -> Int128 { try next().decode(type) }

    func decode(_ type: UInt128.Type) throws -> UInt128 { try next().decode(type) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
        next().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer { next().unkeyedContainer() }

    func superDecoder() -> any Decoder { next() }
}

/// Notes the value of a type that is decoded as another.
struct ProbeSingleValueContainer: SingleValueDecodingContainer {
    let probe: SchemaProbe
    var codingPath: [any CodingKey] { probe.codingPath }

    func decodeNil() -> Bool {
        probe.node.isNullable = true
        return false
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try probe.decode(type) }

    func decode(_ type: Int128.Type) throws -> Int128 { try probe.decode(type) }

    func decode(_ type: UInt128.Type) throws -> UInt128 { try probe.decode(type) }
}
