public import MartletJSON

/// What is done with each keyword of a schema. Derived from the table that the translation itself is driven by.
public struct SchemaExplanation: Hashable, Sendable {
    /// What is done with a keyword.
    public enum Treatment: String, Hashable, Sendable, CaseIterable {
        /// Every text that is accepted satisfies it, and every value that satisfies it has such a text.
        case enforced
        /// It names or holds schemas that others refer to.
        case structure
        /// It says nothing about what is valid.
        case annotation
        /// It is no keyword here, or the options allow to ignore it.
        case ignored
        /// The schema is refused because of it.
        case refused
    }

    /// One keyword of one schema.
    public struct Entry: Hashable, Sendable {
        /// JSON pointer of the schema that has the keyword.
        public var pointer: String
        /// The keyword.
        public var keyword: String
        /// What is done with it.
        public var treatment: Treatment
        /// Why, where that is not plain.
        public var note: String?

        /// Memberwise.
        public init(pointer: String, keyword: String, treatment: Treatment, note: String? = nil) {
            self.pointer = pointer
            self.keyword = keyword
            self.treatment = treatment
            self.note = note
        }
    }

    /// The keywords of all schemas that apply to something, as they are written.
    public private(set) var entries: [Entry] = []

    /// The keywords that are enforced, alone or as part of another.
    public static let supportedKeywords = Keyword.table.filter(\.asserts).map(\.name)

    /// Explains a schema. Throws where it cannot be taken apart; what only makes it refused is an entry.
    public init(
        of schema: JSONValue, options: GrammarOptions = GrammarOptions(), limits: GrammarLimits = GrammarLimits()
    ) throws(GrammarError) {
        let document = try JSONSchemaDocument(schema, budget: GrammarBudget(limits))
        let table = JSONSchemaTable(document, options: options)
        var contexts: [Int: SchemaContext] = [:]
        var waiting = [table.root()]
        var reached = Set(waiting)
        while let schema = waiting.popLast() {
            let context = table.context(of: schema)
            if contexts[context.node] == nil { contexts[context.node] = context }
            // A schema that is refused refers to nothing; its entries say why.
            (try? table.formula(of: schema))?.forEachReference { target, _ in
                if reached.insert(target).inserted { waiting.append(target) }
            }
        }
        for node in Self.written(document) { if let context = contexts[node] { add(context) } }
    }

    private mutating func add(_ context: SchemaContext) {
        guard case .object(let members) = context.document.nodes[context.node].value else { return }
        let pointer = context.pointer
        for name in members.keys {
            let (treatment, note) = Self.treatment(of: name, context)
            entries.append(Entry(pointer: pointer, keyword: name, treatment: treatment, note: note))
        }
    }

    private static func treatment(of name: String, _ context: SchemaContext) -> (Treatment, String?) {
        guard let found = context.found(name) else {
            guard let index = Keyword.indexByName[name] else { return (.annotation, "not a keyword") }
            let isKeyword = Keyword.table[index].isKeyword(of: context.dialect)
            let draft = context.dialect.name
            return (.ignored, isKeyword ? "\(draft) reads nothing beside $ref" : "not a keyword of \(draft)")
        }
        switch found.keyword.role {
        case .structure: return (.structure, nil)
        case .annotation: return (.annotation, nil)
        case .part(let owner):
            return context.found(owner) == nil ? (.annotation, "says nothing without \(owner)") : (.enforced, nil)
        case .enforced(let translation):
            do {
                let formula = try translation(context)
                return name == "format" && formula == .always ? (.annotation, "not a known format") : (.enforced, nil)
            } catch {
                let isIgnored = context.mayIgnore(error)
                return (isIgnored ? .ignored : .refused, error.message)
            }
        }
    }

    /// The schemas of a document in the order in which they are written, then those of other documents.
    private static func written(_ document: JSONSchemaDocument) -> [Int] {
        var order: [Int] = []
        for root in document.nodes.indices where document.nodes[root].parent < 0 {
            var waiting = [root]
            while let node = waiting.popLast() {
                order.append(node)
                waiting += document.nodes[node].keywords.flatMap(\.children).sorted(by: >)
            }
        }
        return order
    }
}
