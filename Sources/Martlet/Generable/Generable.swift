public import MartletJSON

/// A type whose values a model can write: `LLM.generate(_:as:)` holds the output to its JSON Schema and decodes it.
///
/// Conformance costs a line where the type is `Decodable`: the schema is derived from what `init(from:)` decodes.
///
/// ```swift
/// struct Owl: Generable {
///     var name: String
///     var wingspan: Double
///     var prey: [String]
/// }
/// ```
///
/// What cannot be seen from outside, such as an enum with associated values, gives its own `jsonSchema`.
public protocol Generable: Decodable {
    /// A JSON Schema of the texts that decode to values of this type.
    ///
    /// **Throws** `underivable` in the default implementation, where the type or one within it needs a schema of its own.
    static var jsonSchema: JSONValue { get throws(GenerableError) }

    /// Keywords for the schemas of properties, such as `["age": ["description": "in years", "minimum": 0]]`.
    ///
    /// They are added to what was derived; those that are there already take its place. `examples` are the values that
    /// `init(from:)` is tried with. Only for derived schemas.
    static var schemaAnnotations: [String: JSONValue] { get }
}

extension Generable {
    /// The schema of what `init(from:)` decodes.
    ///
    /// Properties come in the order in which they are decoded, and only those: what `init(from:)` decodes depending on
    /// values is not seen.
    public static var jsonSchema: JSONValue {
        get throws(GenerableError) {
            if let derivation = SchemaDerivation.current { return try derivation.derived(from: Self.self).schema }
            return try SchemaDerivation().root(of: Self.self)
        }
    }

    /// None.
    public static var schemaAnnotations: [String: JSONValue] { [:] }

    /// The value of a JSON text.
    ///
    /// **Throws** `undecodable`.
    public init(json text: String) throws(GenerableError) {
        do {
            self = try JSONValueDecoder.decode(Self.self, from: JSONReader.exactValue(of: text))
        } catch {
            throw .undecodable(Self.self, error)
        }
    }
}

extension Bool: Generable {}
extension String: Generable {}
extension Int: Generable {}
extension Double: Generable {}
extension Array: Generable where Element: Generable {}
