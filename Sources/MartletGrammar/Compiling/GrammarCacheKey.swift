import MartletJSON

/// What a grammar is compiled from, compared exactly: Swift takes strings of different scalars for equal where they are
/// canonically equivalent, grammars do not.
struct GrammarCacheKey: Hashable, Sendable {
    private let kind: UInt8
    private let json: JSONValue
    private let texts: [[UInt8]]
    private let options: [[UInt8]]
    private let flags: [Bool]

    init(_ specification: GrammarSpecification, _ options: GrammarOptions) {
        switch specification {
        case .jsonSchema(let schema): (kind, json, texts) = (0, schema, [])
        case .jsonObject: (kind, json, texts) = (1, .null, [])
        case .regex(let pattern): (kind, json, texts) = (2, .null, [Array(pattern.utf8)])
        case .grammar(let source): (kind, json, texts) = (3, .null, [Array(source.utf8)])
        case .choice(let choices): (kind, json, texts) = (4, .null, choices.map { Array($0.utf8) })
        case .structuralTag(let tag): (kind, json, texts) = (5, tag, [])
        }
        var whitespace: [UInt8] = []
        if case .pattern(let pattern) = options.whitespace { whitespace = Array(pattern.utf8) }
        let ignorable = options.ignorableKeywords.map { Array($0.utf8) }
        self.options = [whitespace] + ignorable.sorted { $0.lexicographicallyPrecedes($1) }
        flags = [
            options.whitespace == .flexible, options.whitespace == .none, options.disableAdditionalProperties,
            options.anyPropertyOrder,
        ]
    }
}
