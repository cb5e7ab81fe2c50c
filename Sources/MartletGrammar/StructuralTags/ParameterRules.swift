import MartletJSON

/// The rules of objects as models with XML-like calls spell them: marks around each property, strings as they are, other
/// values in JSON. Which objects there are is left to the algebra of schemas, as for JSON.
final class ParameterRules {
    private let rules: SchemaRules
    private let marks: ParameterMarks
    private let space: Regex
    private var objects: [SchemaRules.ObjectKey: Nonterminal] = [:]
    private var values: [SetID: Nonterminal] = [:]

    private var algebra: SchemaAlgebra { rules.algebra }
    private var table: RuleTable { rules.table }
    private var terms: TermArena { rules.table.terms }

    /// The objects of a schema.
    struct Result {
        /// The rule of their texts that are not empty; nil where there are none.
        var start: Nonterminal?
        /// Whether an object without properties, which has no text, is one of them.
        var mayBeEmpty: Bool
        /// The keywords that were passed over.
        var ignored: [IgnoredKeyword]
    }

    /// The rules of the objects of a schema.
    static func rule(
        of schema: JSONValue, marks: ParameterMarks, options: GrammarOptions, in table: RuleTable
    ) throws(GrammarError) -> Result {
        let schemas = JSONSchemaTable(
            try JSONSchemaDocument(schema, budget: table.terms.budget), options: options)
        let root = schemas.root()
        try schemas.prepare(root)
        let rules = ParameterRules(
            try SchemaRules(schemas, options: options, in: table), marks: marks,
            space: try SchemaRules.whitespace(options.whitespace))
        var result = try rules.start(of: root)
        result.ignored = schemas.ignored
        return result
    }

    private init(_ rules: SchemaRules, marks: ParameterMarks, space: Regex) {
        self.rules = rules
        self.marks = marks
        self.space = space
    }

    private func start(of schema: SchemaID) throws(GrammarError) -> Result {
        algebra.place = schema
        let value = try algebra.value(of: algebra.set(of: schema))
        var result = Result(mayBeEmpty: false, ignored: [])
        var productions: [[Symbol]] = []
        var isInhabited = false
        for shape in value.objects where try algebra.objects.isInhabited(shape) {
            isInhabited = true
            let frame = try algebra.objects.frame(shape)
            for property in frame.shape.properties where try algebra.isInhabited(property.schema) {
                try checkSpelling(of: property.schema, named: property.name.text)
            }
            let state = algebra.objects.start(frame)
            productions += try moves(object: shape, state)
            if algebra.objects.canClose(frame, state) { result.mayBeEmpty = true }
        }
        guard isInhabited else {
            throw GrammarError(.unsatisfiable, pointer: "", "no object is valid under the schema")
        }
        if result.mayBeEmpty {
            let some = try terms.intersection([
                try terms.intern(space), try terms.intern(.repeated(.anyScalar, atLeast: 1, atMost: nil)),
            ])
            if try !terms.isEmpty(some) { productions.append([.lexeme(some)]) }
        }
        if !productions.isEmpty {
            let start = table.declare()
            table.define(start, productions)
            result.start = start
        }
        return result
    }

    /// A value that can only be spelled with the mark that ends it cannot be spelled.
    private func checkSpelling(of set: SetID, named name: String) throws(GrammarError) {
        guard try productions(value: algebra.canonical(set)).isEmpty else { return }
        throw GrammarError(
            .unsupported, pointer: "", "every value of '\(name)' contains \(marks.end), which ends a value here")
    }

    // MARK: Objects

    private func rule(object shape: ShapeID, _ state: ObjectState) -> Nonterminal {
        let key = SchemaRules.ObjectKey(shape: shape, state: state)
        if let known = objects[key] { return known }
        let place = algebra.place
        let rule = table.nonterminal { [self] () throws(GrammarError) in
            algebra.place = place
            return try productions(object: shape, state)
        }
        objects[key] = rule
        return rule
    }

    private func productions(object id: ShapeID, _ state: ObjectState) throws(GrammarError) -> [[Symbol]] {
        var productions = try moves(object: id, state)
        if algebra.objects.canClose(try algebra.objects.frame(id), state) {
            productions.append([.lexeme(try terms.intern(space))])
        }
        return productions
    }

    /// The ways to go on with a property.
    private func moves(object id: ShapeID, _ state: ObjectState) throws(GrammarError) -> [[Symbol]] {
        let frames = algebra.objects
        let frame = try frames.frame(id)
        var productions: [[Symbol]] = []
        for move in try frames.moves(id, frame, state) {
            switch move.key {
            case .property(let index):
                let name = frame.shape.properties[index].name.text
                let mark = try self.mark(.literal(marks.begin + name + marks.afterName))
                for (value, next) in move.outcomes {
                    productions.append([
                        mark, .nonterminal(self.value(of: value)), .nonterminal(rule(object: id, next)),
                    ])
                }
            case .rest(let index):
                let names = try terms.intersection([
                    try frames.names(frame, state, rest: index), try terms.intern(Self.spellableName),
                ])
                guard try !terms.isEmpty(names) else {
                    throw GrammarError(
                        .unsupported, pointer: algebra.pointer, "there are property names that cannot be spelled here")
                }
                let outcomes = move.outcomes
                let capture = table.capture { [self] (text) throws(GrammarError) in
                    try members(id, outcomes, named: lastName(of: text))
                }
                let term = try terms.sequence([
                    try terms.intern(.sequence([space, .literal(marks.begin)])), names,
                    try terms.intern(.literal(marks.afterName)),
                ])
                productions.append([.tag(term), capture])
            }
        }
        return productions
    }

    /// Names that no mark can be confused with.
    private static let spellableName = Regex.repeated(
        .scalars(ScalarSet(anyOf: "<>\"\r\n").complement), atLeast: 1, atMost: nil)

    private func members(
        _ id: ShapeID, _ outcomes: [(value: SetID, state: ObjectState)], named name: PropertyName?
    ) throws(GrammarError) -> Nonterminal {
        guard let name else { throw SchemaRules.unreadable }
        return table.nonterminal { [self] () throws(GrammarError) in
            outcomes.map { value, state in
                var next = state
                next.names.append(name)
                next.names.sort()
                return [.nonterminal(self.value(of: value)), .nonterminal(rule(object: id, next))]
            }
        }
    }

    /// The name that the text ends with.
    private func lastName(of text: ArraySlice<UInt8>) -> PropertyName? {
        let begin = Array(marks.begin.utf8)
        let name = text.dropLast(marks.afterName.utf8.count)
        var start = name.endIndex - begin.count
        while start >= name.startIndex {
            if name[start...].starts(with: begin) {
                return PropertyName(String(decoding: name[(start + begin.count)...], as: UTF8.self))
            }
            start -= 1
        }
        return nil
    }

    /// A mark, after white space.
    private func mark(_ regex: Regex) throws(GrammarError) -> Symbol {
        .tag(try terms.intern(.sequence([space, regex])))
    }

    // MARK: Values

    /// The rule of a value from the end of its name to the mark that ends it.
    private func value(of set: SetID) -> Nonterminal {
        let set = algebra.canonical(set)
        if let known = values[set] { return known }
        let place = algebra.place
        let rule = table.nonterminal { [self] () throws(GrammarError) in
            algebra.place = place
            return try productions(value: set)
        }
        values[set] = rule
        return rule
    }

    private func productions(value set: SetID) throws(GrammarError) -> [[Symbol]] {
        let value = try algebra.value(of: set)
        var productions: [[Symbol]] = []
        if let strings = try value.strings.map({ (set) throws(GrammarError) in try algebra.language(of: set) }) {
            let spaces = try terms.intern(marks.spacesStrings && strings != algebra.anything ? space : .empty)
            let text = try terms.intersection([
                try terms.sequence([spaces, strings, spaces]), try terms.intern(.without([marks.end])),
            ])
            if try !terms.isEmpty(text) {
                productions.append(
                    try before(marks.beforeString) + [.lexeme(text), .tag(try terms.intern(.literal(marks.end)))])
            }
        }
        let others = algebra.set(of: value.restricted(to: JSONTypes.all.subtracting(.string)))
        if try algebra.isInhabited(others) {
            productions.append(
                try before(marks.beforeOther) + [.nonterminal(rules.value(of: others)), try mark(.literal(marks.end))])
        }
        return productions
    }

    private func before(_ text: String) throws(GrammarError) -> [Symbol] {
        if text.isEmpty { return [] }
        return [.tag(try terms.intern(.sequence([marks.spacesMark ? space : .empty, .literal(text)])))]
    }
}
