import MartletJSON
import Synchronization

/// One derivation of a schema: the types within that have been seen, each derived once and named in `$defs`.
final class SchemaDerivation: Sendable {
    /// How a type is decoded: its schema and a value that it decodes; nil where there is none yet, because the type is
    /// being derived itself.
    struct Derived: Sendable {
        var schema: JSONValue
        var sample: JSONValue?
    }

    /// How the type within a composite is decoded.
    typealias Part = (any Decodable.Type) throws(GenerableError) -> Derived

    private struct State {
        var definitions = JSONObject()
        var samples: [String: JSONValue] = [:]
        var derived: [ObjectIdentifier: Derived] = [:]
        /// Names of the types that are being derived.
        var open: [ObjectIdentifier: String] = [:]
        var recursive: Set<ObjectIdentifier> = []
        /// Types that were asked for their schema.
        var asked: Set<ObjectIdentifier> = []
        /// Noted here, an error is not hidden by an `init(from:)` that carries on.
        var failure: GenerableError?
    }

    /// Set while a type within is asked for its schema, so that the default implementation joins in.
    @TaskLocal static var current: SchemaDerivation?

    /// Types within types; more can only be a generic type that contains ever longer ones.
    private static let maxDepth = 64

    private let state = Mutex(State())

    /// What has failed so far.
    var failure: GenerableError? { state.withLock(\.failure) }

    /// Notes an error, so that no `init(from:)` hides it.
    func failing(_ error: GenerableError) -> GenerableError {
        state.withLock { $0.failure = error }
        return error
    }

    /// The whole schema of a type.
    func root(of type: any Generable.Type) throws(GenerableError) -> JSONValue {
        var schema: JSONValue
        if let given = try given(by: type) {
            // Alone, it may have references of any kind.
            if state.withLock({ $0.definitions.isEmpty }) { return given }
            schema = try movingDefinitions(of: given, type)
        } else {
            schema = try derived(from: type).schema
        }
        return state.withLock { state in
            if let name = Self.definedName(schema), !state.recursive.contains(ObjectIdentifier(type)) {
                schema = state.definitions[name] ?? schema
                state.definitions[name] = nil
            }
            return state.definitions.isEmpty ? schema : schema.adding(["$defs": .object(state.definitions)])
        }
    }

    /// The schema that a type gives itself; nil where it leaves that to the default implementation, which comes by
    /// `derived(from:)`.
    private func given(by type: any Generable.Type) throws(GenerableError) -> JSONValue? {
        if type is any SchemaPrimitive.Type || type is any SchemaComposite.Type { return nil }
        let id = ObjectIdentifier(type)
        guard state.withLock({ $0.asked.insert(id).inserted }) else {
            throw .underivable(type, [], "its jsonSchema asks for itself; use $ref and $defs")
        }
        let asking = Self.$current.withValue(self) {
            Result { () throws(GenerableError) in try type.jsonSchema }
        }
        let schema = try asking.get()
        if state.withLock({ $0.derived[id] != nil }) { return nil }
        return schema
    }

    /// How a type within another is decoded: by its own `jsonSchema` where it has one.
    func derived(of type: any Decodable.Type, _ attempt: ProbeAttempt) throws(GenerableError) -> Derived {
        let id = ObjectIdentifier(type)
        let (known, isOpen) = state.withLock { ($0.derived[id], $0.open[id] != nil) }
        if let known { return known }
        guard !isOpen, let generable = type as? any Generable.Type, let given = try given(by: generable) else {
            return try derived(from: type, attempt)
        }
        let schema = try movingDefinitions(of: given, type)
        let derived = Derived(schema: schema, sample: sample(of: schema, ProbeAttempt()))
        state.withLock { $0.derived[id] = derived }
        return derived
    }

    /// How a type is decoded by its `init(from:)`.
    func derived(
        from type: any Decodable.Type, _ attempt: ProbeAttempt = ProbeAttempt()
    ) throws(GenerableError) -> Derived {
        if let primitive = type as? any SchemaPrimitive.Type {
            return Derived(schema: primitive.primitiveSchema, sample: primitive.sample(attempt))
        }
        if let composite = type as? any SchemaComposite.Type {
            return try composite.derived(attempt) { (part) throws(GenerableError) in try derived(of: part, attempt) }
        }
        if let foundation = FoundationType(type) {
            if let derived = foundation.derived { return derived }
            throw .underivable(
                type, [], "it does not decode what JSON would have for it; decode a text or a number and convert it")
        }
        return try named(type)
    }

    /// Schema and sample of a type that has its own `init(from:)`.
    private func named<T: Decodable>(_ type: T.Type) throws(GenerableError) -> Derived {
        let id = ObjectIdentifier(type)
        if let known = state.withLock({ $0.derived[id] }) { return known }
        let openName = state.withLock { state in
            if state.open[id] != nil { state.recursive.insert(id) }
            return state.open[id]
        }
        if let openName { return Derived(schema: Self.reference(openName), sample: nil) }
        if let constants = try EnumSchema.derived(type) {
            state.withLock { $0.derived[id] = constants }
            return constants
        }
        let name = try open(type)
        let node = try SchemaProbe.run(type, in: self)
        let (schema, sample) = (node.schema, node.wholeSample ?? [:])
        let isKeyed = node.isKeyed
        return state.withLock { state in
            state.open[id] = nil
            var derived = Derived(schema: schema, sample: sample)
            if isKeyed || state.recursive.contains(id) {
                state.definitions[name] = schema
                state.samples[name] = sample
                derived.schema = Self.reference(name)
            } else {
                state.definitions[name] = nil
            }
            state.derived[id] = derived
            return derived
        }
    }

    /// Gives a type a name and its place among the definitions.
    private func open(_ type: any Any.Type) throws(GenerableError) -> String {
        let plain = "\(type)".filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let name: String? = state.withLock { state in
            guard state.open.count < Self.maxDepth else { return nil }
            var (name, number) = (plain, 1)
            while state.definitions[name] != nil {
                number += 1
                name = "\(plain)\(number)"
            }
            state.definitions[name] = .null
            state.open[ObjectIdentifier(type)] = name
            return name
        }
        guard let name else { throw .underivable(type, [], "types are nested deeper than \(Self.maxDepth) levels") }
        return name
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/$defs/\(name)")] }

    /// The definition a schema refers to.
    static func definedName(_ schema: JSONValue) -> String? { schema["$ref"]?.stringValue.flatMap(definedName) }

    private static func definedName(_ target: String) -> String? {
        let prefix = "#/$defs/"
        return target.hasPrefix(prefix) ? String(target.dropFirst(prefix.count)) : nil
    }

    /// A schema that a type gives, its `$defs` moved to those of the whole.
    private func movingDefinitions(of schema: JSONValue, _ type: any Any.Type) throws(GenerableError) -> JSONValue {
        guard case .object(var object) = schema else { return schema }
        let own = object["$defs"]?.objectValue ?? JSONObject()
        object["$defs"] = nil
        let problem: String? = state.withLock { state in
            for (name, definition) in own {
                if let known = state.definitions[name], known != definition {
                    return "another type has other $defs named \(name)"
                }
                state.definitions[name] = definition
            }
            let lost = Self.references(in: schema).first { target in
                target.hasPrefix("#") && Self.definedName(target).flatMap { state.definitions[$0] } == nil
            }
            return lost.map {
                "its jsonSchema refers to \($0); within another type it may refer to $defs of its own, and to other types "
                    + "by their jsonSchema, asked for anew each time"
            }
        }
        if let problem { throw .underivable(type, [], problem) }
        return .object(object)
    }

    private static func references(in schema: JSONValue) -> [String] {
        switch schema {
        case .array(let elements): elements.flatMap(references)
        case .object(let object):
            object.flatMap { key, value in
                if key == "$ref", let target = value.stringValue { return [target] }
                return references(in: value)
            }
        default: []
        }
    }

    /// A value of a schema.
    func sample(of schema: JSONValue, _ attempt: ProbeAttempt) -> JSONValue? {
        let (definitions, known) = state.withLock { ($0.definitions, $0.samples) }
        return SchemaSample(definitions: definitions, samples: known, attempt: attempt).value(of: schema)
    }
}
