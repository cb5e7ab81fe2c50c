import MartletJSON

extension JSONSchemaDocument {
    /// What a reference leads to.
    struct Target: Hashable {
        var node: Int
        /// The anchor by whose name the schema was found, where it is a `$dynamicAnchor`.
        var dynamicAnchor: String?
    }

    /// A reference within a resource.
    struct Reference: Hashable {
        var resource: Int
        var text: String
    }

    /// The schema that `reference`, written at `node` as the value of `keyword`, refers to.
    func resolve(_ reference: String, at node: Int, keyword: String) throws(GrammarError) -> Target {
        let key = Reference(resource: nodes[node].resource, text: reference)
        if let known = targets[key] { return known }
        let target = try find(reference, at: node, keyword: keyword)
        targets[key] = target
        return target
    }

    private func find(_ reference: String, at node: Int, keyword: String) throws(GrammarError) -> Target {
        let absolute = URIReference(reference).resolved(against: resources[nodes[node].resource].base)
        let uri = absolute.withoutFragment
        guard let fragment = URIReference.decoded(absolute.fragment ?? "") else {
            throw error(
                .invalid, node, keyword, "\(reference) is no URI reference: after % come two hexadecimal digits")
        }
        guard let resource = try resource(of: uri, from: node) else {
            if let known = nodeByForeignIdentifier[uri + "#" + (absolute.fragment ?? "")] { return Target(node: known) }
            throw error(
                .unsupported, node, keyword,
                "\(reference) is not part of the schema, and nothing is fetched; put that schema into $defs with its $id"
            )
        }
        if fragment.isEmpty { return Target(node: resources[resource].root) }
        if let tokens = JSONPointer.tokens(of: fragment) {
            if let target = try follow(tokens, from: resources[resource].root) { return Target(node: target) }
        } else if let target = resources[resource].anchors[fragment] {
            let isDynamic = resources[resource].dynamicAnchors[fragment] == target
            return Target(node: target, dynamicAnchor: isDynamic ? fragment : nil)
        } else if let known = nodeByForeignIdentifier[uri + "#" + fragment] {
            return Target(node: known)
        }
        throw error(.invalid, node, keyword, "\(reference) leads nowhere: the schema has no such place")
    }

    /// The resource of a URI: part of the document, or a meta-schema of the drafts.
    private func resource(of uri: String, from node: Int) throws(GrammarError) -> Int? {
        // A reference into its own resource needs no look-up, and finds it also where two have the same name.
        let own = nodes[node].resource
        if resources[own].base.withoutFragment == uri { return own }
        if let known = resourceByURI[uri] { return known }
        guard let text = MetaSchemas.text(of: uri) else { return nil }
        guard let schema = try? JSONReader.parse(text) else { return nil }
        try add(schema, uri: uri)
        return resourceByURI[uri]
    }

    /// The schema that a pointer leads to from `root`; nil where there is nothing.
    private func follow(_ tokens: [String], from root: Int) throws(GrammarError) -> Int? {
        var node = root
        var rest = tokens[...]
        while let token = rest.first {
            guard let found = nodes[node].keywords.first(where: { $0.keyword.name == token }), !found.children.isEmpty
            else { break }
            let isDirect = found.keyword.subschemas.isDirect(in: found.value)
            guard let child = child(of: found, named: rest.dropFirst().first, isDirect: isDirect) else { break }
            node = child
            rest = rest.dropFirst(isDirect ? 1 : 2)
        }
        if rest.isEmpty { return node }
        var value = nodes[node].value
        for token in rest {
            guard let inner = JSONPointer.index(token).flatMap({ value[$0] }) ?? value[token] else { return nil }
            value = inner
        }
        return try addUnexpected(value, below: node, at: Array(rest))
    }

    private func child(of found: FoundKeyword, named inner: String?, isDirect: Bool) -> Int? {
        if isDirect { return found.children.lowerBound }
        guard let inner else { return nil }
        if case .object(let members) = found.value, found.children.count == members.count {
            return members.index(of: inner).map { found.children.lowerBound + $0 }
        }
        return found.children.first { nodes[$0].inner == inner }
    }

    private func error(_ reason: GrammarError.Reason, _ node: Int, _ keyword: String, _ message: String) -> GrammarError
    {
        GrammarError(reason, pointer: pointer(of: node), keyword: keyword, message)
    }
}

extension Keyword.Subschemas {
    /// The value itself is the schema.
    func isDirect(in value: JSONValue) -> Bool {
        switch (self, value) {
        case (.schema, _): true
        case (.schemaOrList, .array): false
        case (.schemaOrList, _): true
        default: false
        }
    }
}
