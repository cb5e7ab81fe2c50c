import MartletJSON

/// The schemas that formulas refer to: those of a document, each as often as dynamic references make it mean something
/// else.
final class JSONSchemaTable: SchemaTable {
    let document: JSONSchemaDocument
    let options: GrammarOptions
    private(set) var ignored: [IgnoredKeyword] = []
    private var instances: [Instance] = []
    private var idByInstance: [Instance: SchemaID] = [:]
    private var formulas: [Formula?] = []
    private var scopes: [DynamicScope] = [DynamicScope()]
    private var scopeIndex: [DynamicScope: Int] = [DynamicScope(): 0]
    private var languageByPattern: [String: Regex] = [:]
    /// The schemas of which it is being worked out what they evaluate.
    private var underWay: [SchemaID] = []
    private static let maxApplications = 128
    private var evaluatedNames: [SchemaID: Evaluated<NameSet>] = [:]
    private var evaluatedItems: [SchemaID: Evaluated<ItemSet>] = [:]

    /// A schema, and what dynamic references in it mean.
    struct Instance: Hashable {
        var node: Int
        var scope: Int
    }

    init(_ document: JSONSchemaDocument, options: GrammarOptions = GrammarOptions()) {
        self.document = document
        self.options = options
    }

    /// The schema that the document is.
    func root() -> SchemaID { id(of: 0, within: DynamicScope()) }

    func instance(_ schema: SchemaID) -> Instance { instances[Int(schema.index)] }

    func scope(_ index: Int) -> DynamicScope { scopes[index] }

    /// The schema at a node when it is come to with `scope`.
    func id(of node: Int, within scope: DynamicScope) -> SchemaID {
        var scope = scope
        scope.enter(document.resources[document.nodes[node].resource])
        let index: Int
        if let known = scopeIndex[scope] {
            index = known
        } else {
            index = scopes.count
            scopes.append(scope)
            scopeIndex[scope] = index
        }
        let instance = Instance(node: node, scope: index)
        if let known = idByInstance[instance] { return known }
        let id = SchemaID(index: Int32(instances.count))
        instances.append(instance)
        formulas.append(nil)
        idByInstance[instance] = id
        return id
    }

    func formula(of schema: SchemaID) throws(GrammarError) -> Formula {
        if let known = formulas[Int(schema.index)] { return known }
        let formula = try context(of: schema).formula()
        formulas[Int(schema.index)] = formula
        return formula
    }

    func pointer(of schema: SchemaID) -> String { document.pointer(of: instance(schema).node) }

    func context(of schema: SchemaID) -> SchemaContext {
        let instance = instance(schema)
        return SchemaContext(table: self, node: instance.node, scope: scopes[instance.scope])
    }

    func ignore(_ keyword: IgnoredKeyword) {
        if !ignored.contains(keyword) { ignored.append(keyword) }
    }

    /// The strings within which a pattern matches somewhere.
    func search(_ pattern: String) throws(GrammarError) -> Regex {
        if let known = languageByPattern[pattern] { return known }
        let language = try PatternParser.search(pattern, limits: document.budget.limits)
        languageByPattern[pattern] = language
        return language
    }

    /// The names that a schema evaluates, worked out once.
    func names(of schema: SchemaID) throws(GrammarError) -> Evaluated<NameSet> {
        if let known = evaluatedNames[schema] { return known }
        try enter(schema)
        let made = try UnevaluatedProperties.evaluated(by: context(of: schema))
        underWay.removeLast()
        evaluatedNames[schema] = made
        return made
    }

    /// The items that a schema evaluates, worked out once.
    func items(of schema: SchemaID) throws(GrammarError) -> Evaluated<ItemSet> {
        if let known = evaluatedItems[schema] { return known }
        try enter(schema)
        let made = try UnevaluatedItems.evaluated(by: context(of: schema))
        underWay.removeLast()
        evaluatedItems[schema] = made
        return made
    }

    /// Bounds the way through schemas that apply to the same value.
    private func enter(_ schema: SchemaID) throws(GrammarError) {
        try document.budget.spend()
        if underWay.contains(schema) { throw endless(schema) }
        guard underWay.count < Self.maxApplications else {
            throw GrammarError(
                .tooComplex, pointer: pointer(of: schema),
                "stands behind more than \(Self.maxApplications) references one after the other")
        }
        underWay.append(schema)
    }
}
