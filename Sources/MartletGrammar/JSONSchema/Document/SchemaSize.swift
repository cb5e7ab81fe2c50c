import MartletJSON

/// The limits on the text of a schema, checked before anything recurses into it.
enum SchemaSize {
    /// How many levels of JSON there may be for each level of schemas: a keyword may hold an object or array of schemas,
    /// and values in `const` or `default` hold no schemas at all.
    private static let levelsPerSchema = 4

    static func check(_ schema: JSONValue, budget: GrammarBudget) throws(GrammarError) {
        var bytes = 0
        var path: [String] = []
        try measure(schema, path: &path, bytes: &bytes, budget: budget)
    }

    private static func measure(
        _ value: JSONValue, path: inout [String], bytes: inout Int, budget: GrammarBudget
    ) throws(GrammarError) {
        bytes += 2
        switch value {
        case .string(let text): bytes += text.utf8.count
        case .array(let elements):
            try enter(path, budget)
            for (index, element) in elements.enumerated() {
                path.append(String(index))
                try measure(element, path: &path, bytes: &bytes, budget: budget)
                path.removeLast()
            }
        case .object(let members):
            try enter(path, budget)
            for (key, member) in members {
                bytes += key.utf8.count + 3
                path.append(key)
                try measure(member, path: &path, bytes: &bytes, budget: budget)
                path.removeLast()
            }
        default: bytes += 4
        }
        if bytes > budget.limits.maxSourceBytes {
            throw GrammarError(
                .tooComplex, pointer: "", "is larger than \(budget.limits.maxSourceBytes) bytes")
        }
    }

    private static func enter(_ path: [String], _ budget: GrammarBudget) throws(GrammarError) {
        let (levels, overflow) = budget.limits.maxNesting.multipliedReportingOverflow(by: levelsPerSchema)
        guard !overflow, path.count >= levels else { return }
        throw GrammarError(
            .tooComplex, pointer: path.map(JSONPointer.escaped).joined(), "is nested deeper than \(levels) levels")
    }
}
