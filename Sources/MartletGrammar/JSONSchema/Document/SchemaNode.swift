import MartletJSON

/// One schema of a document: the root, or what stands where a keyword has a schema.
struct SchemaNode {
    /// The object, true or false; another value is an error where it is used.
    let value: JSONValue
    /// The schema around it; -1 where `keyword` says it all.
    let parent: Int
    /// The keyword of the parent that holds it; without parent, what pointers to this schema begin with.
    let keyword: String
    /// The key or index within the keyword's value.
    let inner: String?
    /// The place in `JSONSchemaDocument.resources`.
    var resource = 0
    /// How many schemas are around it.
    var level = 0
    /// What the schema consists of, in the order of `Keyword.table`.
    var keywords: [FoundKeyword] = []
    /// Members that are no keywords of the dialect.
    var unknown: [String] = []
}

/// A keyword that stands in a schema.
struct FoundKeyword {
    /// The place in `Keyword.table`.
    let index: Int
    let value: JSONValue
    /// The schemas that the value holds.
    let children: Range<Int>

    var keyword: Keyword { Keyword.table[index] }
}

/// A schema with an identifier of its own, and what is named within it.
struct SchemaResource {
    /// The identifier against which references are resolved.
    let base: URIReference
    let root: Int
    let dialect: Dialect
    var anchors: [String: Int] = [:]
    /// `$dynamicAnchor`s; the empty name stands for `$recursiveAnchor`.
    var dynamicAnchors: [String: Int] = [:]
}
