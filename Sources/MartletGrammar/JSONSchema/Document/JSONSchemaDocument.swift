import MartletJSON

/// A schema text taken apart: all its schemas, who they are and what they are called.
///
/// Schemas stand only where a keyword has them: `default`, `examples`, `const` and `enum` hold none, whatever they look
/// like. Meta-schemas of the drafts are added when something refers to them; nothing is ever fetched.
final class JSONSchemaDocument {
    private(set) var nodes: [SchemaNode] = []
    var resources: [SchemaResource] = []
    /// Resources by URI without fragment.
    private(set) var resourceByURI: [String: Int] = [:]
    /// Schemas by an identifier that their dialect does not have: looked at when nothing else answers to a name.
    private(set) var nodeByForeignIdentifier: [String: Int] = [:]
    /// Schemas that something refers to although they stand where no keyword has one.
    var unexpected: [String: Int] = [:]
    /// What references lead to, each looked up once.
    var targets: [Reference: Target] = [:]
    let budget: GrammarBudget

    /// Node 0 is the schema itself.
    init(_ schema: JSONValue, budget: GrammarBudget) throws(GrammarError) {
        self.budget = budget
        try SchemaSize.check(schema, budget: budget)
        try add(schema, uri: "")
    }

    /// Adds a document; its root is the node that is returned.
    @discardableResult
    func add(_ schema: JSONValue, uri: String) throws(GrammarError) -> Int {
        let root = nodes.count
        nodes.append(SchemaNode(value: schema, parent: -1, keyword: uri.isEmpty ? "" : uri + "#", inner: nil))
        resources.append(SchemaResource(base: URIReference(uri), root: root, dialect: dialect(of: schema) ?? .unstated))
        resourceByURI[resources[resources.count - 1].base.withoutFragment] = resources.count - 1
        nodes[root].resource = resources.count - 1
        try scan(from: root)
        return root
    }

    /// Adds a schema that stands at `rest` below a known one, where no keyword has schemas.
    func addUnexpected(_ value: JSONValue, below parent: Int, at rest: [String]) throws(GrammarError) -> Int {
        let name = pointer(of: parent) + rest.map(JSONPointer.escaped).joined()
        if let known = unexpected[name] { return known }
        let node = nodes.count
        nodes.append(
            SchemaNode(value: value, parent: -1, keyword: name, inner: nil, resource: nodes[parent].resource))
        unexpected[name] = node
        try scan(from: node)
        return node
    }

    /// The JSON pointer of a schema, with the URI before it in a document other than the first.
    func pointer(of node: Int) -> String {
        var parts: [String] = []
        var node = node
        while nodes[node].parent >= 0 {
            if let inner = nodes[node].inner { parts.append(JSONPointer.escaped(inner)) }
            parts.append(JSONPointer.escaped(nodes[node].keyword))
            node = nodes[node].parent
        }
        return nodes[node].keyword + parts.reversed().joined()
    }

    private func dialect(of schema: JSONValue) -> Dialect? {
        schema["$schema"]?.stringValue.map(Dialect.init(named:))
    }

    /// Finds the keywords and subschemas of all nodes from `first` on, level by level.
    private func scan(from first: Int) throws(GrammarError) {
        var next = first
        while next < nodes.count {
            try budget.spend()
            guard nodes[next].level <= budget.limits.maxNesting else {
                throw GrammarError(
                    .tooComplex, pointer: pointer(of: next),
                    "stands in more than \(budget.limits.maxNesting) levels of schemas")
            }
            if case .object(let members) = nodes[next].value { try scan(members, of: next) }
            next += 1
        }
    }

    private func scan(_ members: JSONObject, of node: Int) throws(GrammarError) {
        let hidesSiblings = resources[nodes[node].resource].dialect.referencesHideSiblings && members["$ref"] != nil
        if !hidesSiblings { try identify(members, of: node) }
        let dialect = resources[nodes[node].resource].dialect
        var found: [FoundKeyword] = []
        for (name, value) in members {
            guard let index = Keyword.indexByName[name], Keyword.table[index].isKeyword(of: dialect),
                !hidesSiblings || name == "$ref" || !Keyword.table[index].asserts
            else {
                nodes[node].unknown.append(name)
                continue
            }
            let start = nodes.count
            for (inner, schema) in Keyword.table[index].subschemas.schemas(in: value) {
                nodes.append(
                    SchemaNode(
                        value: schema, parent: node, keyword: name, inner: inner, resource: nodes[node].resource,
                        level: nodes[node].level + 1))
            }
            found.append(FoundKeyword(index: index, value: value, children: start..<nodes.count))
        }
        found.sort { $0.index < $1.index }
        nodes[node].keywords = found
    }

    /// Takes note of the names of a schema, which may make it a resource of its own.
    private func identify(_ members: JSONObject, of node: Int) throws(GrammarError) {
        let outer = resources[nodes[node].resource]
        let isRoot = outer.root == node
        let dialect = (isRoot ? nil : dialect(of: nodes[node].value)) ?? outer.dialect
        if let identifier = try string(dialect.identifierKeyword, in: members, of: node) {
            let uri = URIReference(identifier)
            if identifier.hasPrefix("#") {
                if dialect.anchorsAreIdentifiers, let name = uri.fragment, !name.isEmpty { anchor(name, node) }
            } else {
                let base = uri.resolved(against: outer.base)
                resources.append(SchemaResource(base: base, root: node, dialect: dialect))
                nodes[node].resource = resources.count - 1
                let name = base.withoutFragment
                if resourceByURI[name] == nil { resourceByURI[name] = resources.count - 1 }
                if dialect.anchorsAreIdentifiers, let name = uri.fragment, !name.isEmpty { anchor(name, node) }
            }
        } else if case .string(let identifier)? = members[dialect.identifierKeyword == "id" ? "$id" : "id"] {
            let name = URIReference(identifier).resolved(against: outer.base)
            let key = name.withoutFragment + "#" + (name.fragment ?? "")
            if nodeByForeignIdentifier[key] == nil { nodeByForeignIdentifier[key] = node }
        }
        guard dialect >= .draft2019 else { return }
        if let name = try string("$anchor", in: members, of: node) { anchor(name, node) }
        let resource = nodes[node].resource
        if dialect != .draft2019, let name = try string("$dynamicAnchor", in: members, of: node) {
            anchor(name, node)
            if resources[resource].dynamicAnchors[name] == nil { resources[resource].dynamicAnchors[name] = node }
        }
        if dialect == .draft2019, members["$recursiveAnchor"] == .bool(true), resources[resource].root == node {
            resources[resource].dynamicAnchors[""] = node
        }
    }

    private func anchor(_ name: String, _ node: Int) {
        let resource = nodes[node].resource
        if resources[resource].anchors[name] == nil { resources[resource].anchors[name] = node }
    }

    private func string(_ keyword: String, in members: JSONObject, of node: Int) throws(GrammarError) -> String? {
        guard let value = members[keyword] else { return nil }
        guard case .string(let text) = value else {
            throw GrammarError(
                .invalid, pointer: pointer(of: node), keyword: keyword, "must be a string, not \(value.phrase)")
        }
        return text
    }
}
