import MartletJSON

/// One schema while its keywords are translated.
struct SchemaContext {
    let table: JSONSchemaTable
    let node: Int
    let scope: DynamicScope

    var document: JSONSchemaDocument { table.document }
    var dialect: Dialect { document.resources[document.nodes[node].resource].dialect }
    var pointer: String { document.pointer(of: node) }
    private var keywords: [FoundKeyword] { document.nodes[node].keywords }

    /// What all the keywords say together.
    func formula() throws(GrammarError) -> Formula {
        switch document.nodes[node].value {
        case .bool(let value): return value ? .always : .never
        case .object: break
        case let value: throw GrammarError(.invalid, pointer: pointer, "must be a schema, not \(value.phrase)")
        }
        var parts: [Formula] = []
        for found in keywords {
            guard case .enforced(let translation) = found.keyword.role else { continue }
            let part: Formula
            do {
                part = try translation(self)
            } catch {
                guard mayIgnore(error) else { throw error }
                table.ignore(IgnoredKeyword(pointer: error.pointer ?? "", keyword: error.keyword ?? ""))
                continue
            }
            if part == .never { return .never }
            if part != .always { parts.append(part) }
        }
        if let closed = try ObjectKeywords.closedByOption(self) { parts.append(closed) }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .always : .all(parts)
    }

    /// Whether the options allow to go without the keyword that is refused.
    func mayIgnore(_ error: GrammarError) -> Bool {
        guard error.reason == .unsupported, let keyword = error.keyword else { return false }
        return table.options.ignorableKeywords.contains(keyword)
    }

    // MARK: - Values

    func found(_ keyword: String) -> FoundKeyword? { keywords.first { $0.keyword.name == keyword } }

    func value(_ keyword: String) -> JSONValue? { found(keyword)?.value }

    /// The value of a keyword whose value is a count.
    func count(_ keyword: String) throws(GrammarError) -> Int? {
        guard let value = value(keyword) else { return nil }
        guard let number = Decimal(value), let count = number.count else {
            throw invalid(keyword, "must be a whole number of 0 or more, not \(value.phrase)")
        }
        return count
    }

    /// The value of a keyword whose value is a number.
    func number(_ keyword: String) throws(GrammarError) -> Decimal? {
        guard let value = value(keyword) else { return nil }
        guard let number = Decimal(value) else { throw invalid(keyword, "must be a number, not \(value.phrase)") }
        return number
    }

    /// The value of a keyword whose value is true or false.
    func flag(_ keyword: String) throws(GrammarError) -> Bool? {
        guard let value = value(keyword) else { return nil }
        guard case .bool(let flag) = value else { throw invalid(keyword, "must be true or false, not \(value.phrase)") }
        return flag
    }

    /// The value of a keyword whose value is a string.
    func string(_ keyword: String) throws(GrammarError) -> String? {
        guard let value = value(keyword) else { return nil }
        guard case .string(let text) = value else { throw invalid(keyword, "must be a string, not \(value.phrase)") }
        return text
    }

    /// The members of a keyword whose value is an object.
    func members(_ keyword: String) throws(GrammarError) -> JSONObject? {
        guard let value = value(keyword) else { return nil }
        guard case .object(let members) = value else {
            throw invalid(keyword, "must be an object, not \(value.phrase)")
        }
        return members
    }

    // MARK: - Schemas

    /// A schema of the document as a formula: a reference, unless it is trivial.
    func formula(of node: Int) -> Formula {
        switch document.nodes[node].value {
        case .bool(let value): return value ? .always : .never
        case .object where !document.nodes[node].keywords.contains { $0.keyword.asserts }: return .always
        default: return .reference(id(of: node))
        }
    }

    /// A schema of the document, come to from this one.
    func id(of node: Int) -> SchemaID { table.id(of: node, within: scope) }

    /// The schema that is the value of a keyword.
    func schema(_ keyword: String) -> Formula? {
        guard let found = found(keyword), found.children.count == 1 else { return nil }
        return formula(of: found.children.lowerBound)
    }

    /// The schemas of a keyword whose value is an array of at least one schema.
    func schemas(_ keyword: String) throws(GrammarError) -> [Formula] {
        guard let found = found(keyword) else { return [] }
        guard case .array = found.value, !found.children.isEmpty else {
            throw invalid(keyword, "must be an array of at least one schema, not \(found.value.phrase)")
        }
        return found.children.map { formula(of: $0) }
    }

    /// The names and schemas of a keyword whose value is an object of schemas.
    func namedSchemas(_ keyword: String) throws(GrammarError) -> [(name: String, node: Int)] {
        guard let found = found(keyword) else { return [] }
        let members = try members(keyword) ?? JSONObject()
        return zip(members.keys, found.children).map { (name: $0, node: $1) }
    }

    // MARK: - Errors

    func invalid(_ keyword: String, _ message: String) -> GrammarError {
        GrammarError(.invalid, pointer: pointer, keyword: keyword, message)
    }

    func unsupported(_ keyword: String, _ message: String) -> GrammarError {
        GrammarError(.unsupported, pointer: pointer, keyword: keyword, message)
    }

    /// An error of a part of the engine that knows nothing of schemas, with its place.
    func located(_ error: GrammarError, _ keyword: String) -> GrammarError {
        GrammarError(error.reason, pointer: pointer, keyword: keyword, error.message)
    }
}

extension Decimal {
    /// The number as a count; nil for a negative number and a fraction. What is too large for a machine integer is the
    /// largest: no text is longer.
    var count: Int? {
        if digits.isEmpty { return 0 }
        guard !isNegative, exponent >= 0 else { return nil }
        guard digits.count + exponent <= 18 else { return .max }
        return Int(digits.map(String.init).joined() + String(repeating: "0", count: exponent))
    }
}
