/// The rules of the JSON texts that are valid under a schema, written as far as they are needed.
final class SchemaRules {
    /// Whose rules keep this object, so that it must not keep them.
    unowned let table: RuleTable
    let algebra: SchemaAlgebra
    let lexemes: JSONLexemes
    private var values: [ValueKey: Nonterminal] = [:]
    var objectRules: [ObjectKey: Nonterminal] = [:]
    var arrayRules: [ArrayKey: Nonterminal] = [:]

    private struct ValueKey: Hashable {
        var set: SetID
        var isStart: Bool
    }

    struct ObjectKey: Hashable {
        var shape: ShapeID
        var state: ObjectState
    }

    struct ArrayKey: Hashable {
        var shape: ShapeID
        var state: ArrayState
    }

    init(_ schemas: any SchemaTable, options: GrammarOptions, in table: RuleTable) throws(GrammarError) {
        self.table = table
        let terms = table.terms
        algebra = try SchemaAlgebra(table: schemas, terms: terms)
        algebra.objects.ignoresOrder = options.anyPropertyOrder
        lexemes = try JSONLexemes(terms: terms, whitespace: try Self.whitespace(options.whitespace))
    }

    static func whitespace(_ whitespace: GrammarOptions.Whitespace) throws(GrammarError) -> Regex {
        switch whitespace {
        case .flexible: .repeated(.scalars(ScalarSet(anyOf: " \t\n\r")), atLeast: 0, atMost: nil)
        case .none: .empty
        case .pattern(let pattern): try PatternParser.wholeMatch(pattern)
        }
    }

    /// The rule of the JSON texts that are valid under the schema.
    func grammar(of schema: SchemaID) throws(GrammarError) -> Nonterminal {
        algebra.place = schema
        let set = algebra.set(of: schema)
        guard try algebra.isInhabited(set) else {
            throw GrammarError(
                .unsatisfiable, pointer: algebra.table.pointer(of: schema), "no JSON value is valid under the schema")
        }
        var walk = WalkAhead(algebra)
        try walk.run(from: set)
        return value(of: set, isStart: true)
    }

    /// The rule of the texts of a value; with the white space before it unless the text starts with it.
    func value(of set: SetID, isStart: Bool = false) -> Nonterminal {
        let key = ValueKey(set: algebra.canonical(set), isStart: isStart)
        if let known = values[key] { return known }
        let place = algebra.schema(of: key.set) ?? algebra.place
        let rule = table.nonterminal { [self] () throws(GrammarError) in
            algebra.place = place
            return try productions(of: key.set, isStart: isStart)
        }
        values[key] = rule
        return rule
    }

    private func productions(of set: SetID, isStart: Bool) throws(GrammarError) -> [[Symbol]] {
        let value = try algebra.value(of: set)
        let terms = algebra.terms
        var words: [Term] = []
        if value.hasNull { words.append(try terms.intern(.literal("null"))) }
        if value.hasFalse { words.append(try terms.intern(.literal("false"))) }
        if value.hasTrue { words.append(try terms.intern(.literal("true"))) }
        if let strings = value.strings { words.append(try terms.jsonString(try algebra.language(of: strings))) }
        var productions: [[Symbol]] = []
        if !words.isEmpty {
            let term = words.count == 1 ? words[0] : try terms.union(words)
            productions.append([try lexemes.value(term, isStart: isStart)])
        }
        if !value.numbers.isEmpty {
            var numbers: [Term] = []
            for constraint in value.numbers { numbers.append(try algebra.language(of: constraint)) }
            let term = numbers.count == 1 ? numbers[0] : try terms.union(numbers)
            productions.append([try lexemes.value(term, isStart: isStart)])
        }
        for shape in value.arrays where try algebra.arrays.isInhabited(shape) {
            let start = algebra.arrays.start(algebra.array(shape))
            productions.append([
                isStart ? lexemes.openArrayAtStart : lexemes.openArray, .nonterminal(rule(array: shape, start)),
            ])
        }
        for shape in value.objects where try algebra.objects.isInhabited(shape) {
            let start = algebra.objects.start(try algebra.objects.frame(shape))
            productions.append([
                isStart ? lexemes.openObjectAtStart : lexemes.openObject, .nonterminal(rule(object: shape, start)),
            ])
        }
        return productions
    }
}
