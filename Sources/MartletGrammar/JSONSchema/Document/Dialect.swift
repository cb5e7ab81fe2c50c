/// The drafts of JSON Schema, oldest first.
enum Dialect: Int, Comparable, CaseIterable, Sendable {
    case draft3, draft4, draft6, draft7, draft2019, draft2020
    /// No `$schema`: 2020-12, with the spellings of older drafts where they do not collide, and OpenAPI's `nullable`.
    case unstated

    static func < (left: Dialect, right: Dialect) -> Bool { left.rawValue < right.rawValue }

    /// The dialect that a value of `$schema` names. Others than the drafts (a company's own meta-schema, of which nothing is
    /// known) count as unstated.
    init(named uri: String) {
        let name = uri.hasSuffix("#") ? String(uri.dropLast()) : uri
        let path = name.split(separator: "//", maxSplits: 1).last.map(String.init) ?? name
        self =
            switch path {
            case "json-schema.org/draft-03/schema", "json-schema.org/draft-03/hyper-schema": .draft3
            case "json-schema.org/draft-04/schema", "json-schema.org/draft-04/hyper-schema": .draft4
            case "json-schema.org/draft-05/schema", "json-schema.org/draft-05/hyper-schema": .draft4
            case "json-schema.org/draft-06/schema", "json-schema.org/draft-06/hyper-schema": .draft6
            case "json-schema.org/draft-07/schema", "json-schema.org/draft-07/hyper-schema": .draft7
            case "json-schema.org/draft/2019-09/schema", "json-schema.org/draft/2019-09/hyper-schema": .draft2019
            case "json-schema.org/draft/2020-12/schema", "json-schema.org/draft/2020-12/hyper-schema": .draft2020
            default: .unstated
            }
    }

    /// The name in messages.
    var name: String {
        switch self {
        case .draft3: "draft 3"
        case .draft4: "draft 4"
        case .draft6: "draft 6"
        case .draft7: "draft 7"
        case .draft2019: "draft 2019-09"
        case .draft2020, .unstated: "draft 2020-12"
        }
    }

    /// The keyword that names a schema.
    var identifierKeyword: String { self <= .draft4 ? "id" : "$id" }

    /// A schema with `$ref` is nothing but the reference.
    var referencesHideSiblings: Bool { self <= .draft7 }

    /// Anchors are spelled as fragments of the identifier.
    var anchorsAreIdentifiers: Bool { self <= .draft7 || self == .unstated }
}
