import MartletJSON

/// The limits on the text of a schema, checked before anything recurses into it.
enum SchemaSize {
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
        guard path.count >= budget.limits.maxNesting else { return }
        throw GrammarError(
            .tooComplex, pointer: path.map(JSONPointer.escaped).joined(),
            "is nested deeper than \(budget.limits.maxNesting) levels")
    }
}
