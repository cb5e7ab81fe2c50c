import MartletJSON

/// Makes rules of a structural tag.
struct StructuralTagRules {
    /// What a JSON Schema becomes in the rule table of the tag.
    typealias SchemaRules = (JSONValue, GrammarOptions) throws(GrammarError) -> Nonterminal

    private var grammar = SyntaxGrammar()
    private let options: GrammarOptions
    private let table: RuleTable
    private var budget: GrammarBudget { table.terms.budget }
    private let schemaRules: SchemaRules
    /// Keywords that were passed over.
    private var ignored: [IgnoredKeyword] = []
    /// The ends of the innermost tag.
    private var ends: [String] = []

    /// The rules of a tag.
    static func rules(
        of tag: StructuralTag, options: GrammarOptions, in table: RuleTable, schemaRules: @escaping SchemaRules
    ) throws(GrammarError) -> RuleGrammar {
        var rules = StructuralTagRules(options: options, table: table, schemaRules: schemaRules)
        rules.grammar.root = try rules.expression(tag.format, "/format")
        var result = try RuleGrammar(rules.grammar, in: table)
        result.ignored = rules.ignored
        return result
    }

    private init(options: GrammarOptions, table: RuleTable, schemaRules: @escaping SchemaRules) {
        self.options = options
        self.table = table
        self.schemaRules = schemaRules
    }

    private mutating func expression(
        _ format: StructuralTag.Format, _ pointer: String
    ) throws(GrammarError) -> SyntaxExpression {
        try budget.spend()
        switch format {
        case .constString(let text):
            return Self.mark(text)
        case .token(let text):
            return Self.mark(text)
        case .jsonSchema(let schema):
            do {
                return try self.schema(schema)
            } catch {
                throw Self.located(error, pointer, "json_schema")
            }
        case .regex(let pattern):
            do {
                return .regular(try PatternParser.wholeMatch(pattern, limits: budget.limits))
            } catch {
                throw Self.located(error, pointer, "pattern")
            }
        case .grammar(let text):
            do {
                return try include(text)
            } catch {
                throw Self.located(error, pointer, "grammar")
            }
        case .anyText(let excludes, let maxCharacters):
            let free = Regex.without(excludes + ends.filter { !$0.isEmpty })
            guard let maxCharacters else { return .regular(free) }
            return .regular(.intersection([free, .repeated(.anyScalar, atLeast: 0, atMost: maxCharacters)]))
        case .sequence(let formats):
            return .sequence(try expressions(formats, pointer))
        case .or(let formats):
            return .choice(try expressions(formats, pointer))
        case .repeated(let content, let atLeast, let atMost):
            return .repeated(try expression(content, pointer + "/content"), atLeast: atLeast, atMost: atMost)
        case .tag(let tag):
            return try expression(tag, pointer, skipping: 0)
        case .triggeredTags(let tags):
            return try triggered(tags, pointer)
        case .tagsWithSeparator(let list):
            return try separated(list, pointer)
        case .dispatch(let dispatch):
            return try self.dispatch(dispatch, pointer)
        }
    }

    private mutating func expressions(
        _ formats: [StructuralTag.Format], _ pointer: String
    ) throws(GrammarError) -> [SyntaxExpression] {
        var made: [SyntaxExpression] = []
        for (index, format) in formats.enumerated() {
            made.append(try expression(format, "\(pointer)/elements/\(index)"))
        }
        return made
    }

    private static func mark(_ text: some StringProtocol) -> SyntaxExpression {
        text.isEmpty ? .empty : .mark(String(text))
    }

    /// An error of what a member of a format says, with the place of the member.
    private static func located(_ error: GrammarError, _ pointer: String, _ key: String) -> GrammarError {
        var located = error
        if let inner = error.pointer {
            located.pointer = "\(pointer)/\(key)\(inner)"
        } else {
            located.pointer = pointer
            located.keyword = key
        }
        return located
    }

    // MARK: Contents

    private mutating func schema(_ schema: StructuralTag.Schema) throws(GrammarError) -> SyntaxExpression {
        var options = options
        if schema.anyOrder { options.anyPropertyOrder = true }
        if let most = schema.maxWhitespace { options.whitespace = .pattern(#"[ \t\n\r]{0,"# + "\(most)}") }
        guard let marks = ParameterMarks(schema.style) else {
            return .symbol(.nonterminal(try schemaRules(schema.schema, options)))
        }
        let rule = try ParameterRules.rule(of: schema.schema, marks: marks, options: options, in: table)
        ignored += rule.ignored
        guard let start = rule.start else { return .empty }
        let some = SyntaxExpression.symbol(.nonterminal(start))
        return rule.mayBeEmpty ? .optional(some) : some
    }

    /// Takes in the rules of another grammar.
    private mutating func include(_ text: String) throws(GrammarError) -> SyntaxExpression {
        let other = try EBNFParser.parse(text, budget: budget)
        let offset = grammar.rules.count
        for rule in other.rules {
            grammar.rules.append(
                SyntaxGrammar.Rule(name: rule.name, expression: rule.expression.renumbered(by: offset)))
        }
        return other.root.renumbered(by: offset)
    }

    // MARK: Tags

    /// A tag without the first scalars of its begin, which have been matched already.
    private mutating func expression(
        _ tag: StructuralTag.Tag, _ pointer: String, skipping count: Int
    ) throws(GrammarError) -> SyntaxExpression {
        let outer = ends
        ends = tag.ends
        let content = try expression(tag.content, pointer + "/content")
        ends = outer
        let begin = Self.mark(String(String.UnicodeScalarView(tag.begin.unicodeScalars.dropFirst(count))))
        let end = tag.ends.map { Self.mark($0) }
        return .sequence([begin, content, end.count == 1 ? end[0] : .choice(end)])
    }

    private mutating func tags(
        _ tags: [StructuralTag.Tag], _ pointer: String
    ) throws(GrammarError) -> [SyntaxExpression] {
        var made: [SyntaxExpression] = []
        for (index, tag) in tags.enumerated() {
            made.append(try expression(tag, "\(pointer)/tags/\(index)", skipping: 0))
        }
        return made
    }

    private mutating func triggered(
        _ format: StructuralTag.TriggeredTags, _ pointer: String
    ) throws(GrammarError) -> SyntaxExpression {
        var first: SyntaxExpression?
        if format.atLeastOne {
            let tags = try tags(format.tags, pointer)
            let any = SyntaxExpression.choice(tags)
            if format.stopAfterFirst { return any }
            first = any
        }
        var dispatch = TagDispatch(loops: !format.stopAfterFirst)
        dispatch.excludes = format.excludes + ends.filter { !$0.isEmpty }
        for trigger in format.triggers {
            let length = trigger.unicodeScalars.count
            var continuations: [SyntaxExpression] = []
            for (index, tag) in format.tags.enumerated()
            where tag.begin.unicodeScalars.starts(with: trigger.unicodeScalars) {
                continuations.append(try expression(tag, "\(pointer)/tags/\(index)", skipping: length))
            }
            dispatch.cases.append((trigger, .choice(continuations)))
        }
        let free = try expression(dispatch, pointer, "triggers")
        return first.map { .sequence([$0, free]) } ?? free
    }

    private mutating func separated(
        _ list: StructuralTag.TagList, _ pointer: String
    ) throws(GrammarError) -> SyntaxExpression {
        let tags = try tags(list.tags, pointer)
        let any = SyntaxExpression.rule(grammar.add("tags", .choice(tags)))
        let separator = Self.mark(list.separator)
        let some: SyntaxExpression =
            list.stopAfterFirst ? any : .sequence([any, .star(.sequence([separator, any]))])
        return list.atLeastOne ? some : .optional(some)
    }

    private mutating func dispatch(
        _ format: StructuralTag.Dispatch, _ pointer: String
    ) throws(GrammarError) -> SyntaxExpression {
        var dispatch = TagDispatch(loops: format.loops, excludes: format.excludes)
        for (index, rule) in format.rules.enumerated() {
            dispatch.cases.append((rule.pattern, try expression(rule.content, "\(pointer)/rules/\(index)/1")))
        }
        return try expression(dispatch, pointer, "rules")
    }

    private func expression(
        _ dispatch: TagDispatch, _ pointer: String, _ key: String
    ) throws(GrammarError) -> SyntaxExpression {
        do {
            return try dispatch.expression(budget: budget)
        } catch {
            throw Self.located(error, pointer, key)
        }
    }
}

extension SyntaxExpression {
    /// With other numbers for the rules.
    fileprivate func renumbered(by offset: Int) -> SyntaxExpression {
        switch self {
        case .regular, .symbol, .mark: self
        case .rule(let rule): .rule(rule + offset)
        case .sequence(let parts): .sequence(parts.map { $0.renumbered(by: offset) })
        case .choice(let parts): .choice(parts.map { $0.renumbered(by: offset) })
        case .repeated(let part, let atLeast, let atMost):
            .repeated(part.renumbered(by: offset), atLeast: atLeast, atMost: atMost)
        }
    }
}
