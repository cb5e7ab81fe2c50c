import MartletJSON

/// What was decoded at one place.
final class ProbeNode {
    /// What is there; nothing: an object without properties, or a place that was not looked at.
    enum Kind {
        case nothing
        case object
        case array
        case value(schema: JSONValue)
    }

    var kind = Kind.nothing
    var isNullable = false
    /// Somebody wanted to know whether the array has ended.
    var asksForEnd = false
    /// The value that was given.
    var sample: JSONValue?
    /// Keywords to add to the schema.
    let annotation: JSONValue?
    private let annotations: [String: JSONValue]
    private var names: [String] = []
    private var properties: [String: ProbeNode] = [:]
    private var optionalNames: Set<String> = []
    private(set) var elements: [ProbeNode] = []

    /// A place, given the keywords to add to its schema and to those of its properties.
    init(annotation: JSONValue? = nil, annotations: [String: JSONValue] = [:]) {
        self.annotation = annotation
        self.annotations = annotations
    }

    /// Whether it is decoded from an object.
    var isKeyed: Bool {
        switch kind {
        case .nothing, .object: true
        case .array, .value: false
        }
    }

    /// Whether anything was decoded.
    private var isEmpty: Bool { if case .nothing = kind { true } else { false } }

    /// Whether a property was decoded.
    func has(_ name: String) -> Bool { properties[name].map { !$0.isEmpty } ?? false }

    /// The place of a property.
    func property(_ name: String) -> ProbeNode {
        if let known = properties[name] { return known }
        let node = ProbeNode(annotation: annotations[name])
        names.append(name)
        properties[name] = node
        return node
    }

    /// Notes that a property may be absent.
    func makeOptional(_ name: String) { optionalNames.insert(name) }

    /// The place of the next element.
    func nextElement() -> ProbeNode {
        let node = ProbeNode()
        elements.append(node)
        return node
    }

    /// Notes a value; where several types are tried one after the other, the first counts.
    func noteValue(_ schema: JSONValue) {
        if case .value = kind { return }
        kind = .value(schema: schema)
    }

    /// Whether an array of any length has elements that differ.
    var hasUnequalElements: Bool {
        let own = asksForEnd && elements.contains { $0.schema != elements[0].schema }
        return own || elements.contains(where: \.hasUnequalElements)
            || properties.values.contains(where: \.hasUnequalElements)
    }
}

extension ProbeNode {
    /// The schema of what was decoded.
    var schema: JSONValue {
        let own: JSONValue =
            switch kind {
            case .nothing, .object: objectSchema
            case .array: arraySchema
            case .value(let schema): schema
            }
        let annotated = own.adding(annotation)
        return isNullable ? annotated.orNull : annotated
    }

    private var objectSchema: JSONValue {
        var schema: JSONObject = JSONObject()
        var members = JSONObject()
        var required: [JSONValue] = []
        for name in names {
            guard let node = properties[name], !node.isEmpty else { continue }
            members[name] = node.schema
            if !optionalNames.contains(name) { required.append(.string(name)) }
        }
        schema["type"] = "object"
        schema["properties"] = .object(members)
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["additionalProperties"] = false
        return .object(schema)
    }

    /// Of any length where the end was asked for, else of what was decoded.
    private var arraySchema: JSONValue {
        if asksForEnd, let first = elements.first { return ["type": "array", "items": first.schema] }
        let count = JSONValue.integer(Int64(elements.count))
        var schema = JSONObject()
        schema["type"] = "array"
        if !elements.isEmpty { schema["prefixItems"] = .array(elements.map(\.schema)) }
        schema["minItems"] = count
        schema["maxItems"] = count
        return .object(schema)
    }

    /// What the type has been given, as one value; nil: nothing.
    var wholeSample: JSONValue? {
        switch kind {
        case .nothing: return nil
        case .value: return sample
        case .array: return .array(elements.map { $0.wholeSample ?? .null })
        case .object:
            var object = JSONObject()
            for name in names { object[name] = properties[name]?.wholeSample }
            return .object(object)
        }
    }
}
