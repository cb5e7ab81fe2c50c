import MartletJSON

/// From a JSON Schema to rules: documents to formulas, formulas to sets of values, sets to rules of their texts.
enum JSONSchemaFrontEnd {
    /// The rule of the texts that are valid under `schema`, and the keywords that were passed over.
    static func rule(
        of schema: JSONValue, options: GrammarOptions, in table: RuleTable
    ) throws(GrammarError) -> (start: Nonterminal, ignored: [IgnoredKeyword]) {
        let schemas = JSONSchemaTable(
            try JSONSchemaDocument(schema, budget: table.terms.budget), options: options)
        let root = schemas.root()
        try schemas.prepare(root)
        let start = try SchemaRules(schemas, options: options, in: table).grammar(of: root)
        return (start, schemas.ignored)
    }
}
