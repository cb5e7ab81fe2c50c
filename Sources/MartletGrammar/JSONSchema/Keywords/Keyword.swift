import MartletJSON

/// What the engine does with one keyword of JSON Schema. `Keyword.table` has all of them: the document's walk, the
/// translation, the refusals and the explanation of a schema are driven by it.
struct Keyword: Sendable {
    typealias Translation = @Sendable (SchemaContext) throws(GrammarError) -> Formula

    /// What a keyword is for.
    enum Role: Sendable {
        /// It asserts what the translation gives.
        case enforced(Translation)
        /// It belongs to another keyword, which asserts both.
        case part(of: String)
        /// It names or holds schemas.
        case structure
        /// It asserts nothing.
        case annotation
    }

    /// Where the value holds schemas.
    enum Subschemas: Sendable {
        case none
        /// The value is a schema.
        case schema
        /// The value is an array of schemas.
        case list
        /// The value is a schema or an array of schemas.
        case schemaOrList
        /// The value is an object of schemas.
        case named
        /// The members of the value are schemas or names of properties.
        case namedOrNames
        /// The value is a name of a type or an array of names and schemas.
        case types
    }

    let name: String
    /// The drafts that have the keyword.
    let dialects: ClosedRange<Dialect>
    /// Whether a schema that names no draft may use it.
    let isUnstated: Bool
    let subschemas: Subschemas
    let role: Role

    init(
        _ name: String, in dialects: ClosedRange<Dialect> = .draft3 ... .draft2020, unstated: Bool = true,
        holds subschemas: Subschemas = .none, _ role: Role
    ) {
        self.name = name
        self.dialects = dialects
        isUnstated = unstated
        self.subschemas = subschemas
        self.role = role
    }

    func isKeyword(of dialect: Dialect) -> Bool {
        dialect == .unstated ? isUnstated : dialects.contains(dialect)
    }

    /// Whether the keyword, alone or with another, asserts something.
    var asserts: Bool {
        switch role {
        case .enforced, .part: true
        case .structure, .annotation: false
        }
    }

    /// Where each keyword stands in the table.
    static let indexByName: [String: Int] = Dictionary(
        uniqueKeysWithValues: table.enumerated().map { ($0.element.name, $0.offset) })
}

extension Keyword.Subschemas {
    /// The schemas that a value holds, each with its own key or index within the value.
    func schemas(in value: JSONValue) -> [(inner: String?, schema: JSONValue)] {
        switch (self, value) {
        case (.schema, _): return [(nil, value)]
        case (.list, .array(let elements)), (.schemaOrList, .array(let elements)):
            return elements.enumerated().map { (String($0.offset), $0.element) }
        case (.schemaOrList, _): return [(nil, value)]
        case (.named, .object(let members)): return members.map { ($0.key, $0.value) }
        case (.namedOrNames, .object(let members)):
            return members.filter { $0.value.isSchema }.map { ($0.key, $0.value) }
        case (.types, .array(let elements)):
            return elements.enumerated().filter { $0.element.isSchema }.map { (String($0.offset), $0.element) }
        default: return []
        }
    }
}

extension JSONValue {
    /// The value in a message.
    var phrase: String {
        let text = JSONWriter.string(self)
        return text.utf8.count <= 60 ? text : "\(kindName == "integer" ? "an" : "a") \(kindName)"
    }

    /// An object, true or false.
    var isSchema: Bool {
        switch self {
        case .object, .bool: true
        default: false
        }
    }
}
