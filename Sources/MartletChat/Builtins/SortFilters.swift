/// Filters that put elements in order or take the outermost.
enum SortFilters {
    static func extreme(takesMax: Bool) -> Filters.Filter {
        { (interpreter, value, arguments) throws(ChatTemplateError) in
            let bound = try arguments.bind(takesMax ? "max" : "min", ["case_sensitive", "attribute"])
            let key = SortKey(AttributePath(bound[1]), isCaseSensitive: bound[0]?.isTrue ?? false)
            var best: (key: Value, element: Value)?
            for element in try interpreter.elements(of: value) {
                let candidate = try key.value(of: element, interpreter)
                if let current = best?.key {
                    try interpreter.charge(min(current.extent.weight, candidate.extent.weight))
                    let isBetter =
                        takesMax
                        ? try Sorting.isLess(current, candidate) : try Sorting.isLess(candidate, current)
                    guard isBetter else { continue }
                }
                best = (candidate, element)
            }
            return best?.element ?? .undefined(UndefinedValue("No aggregated item, sequence was empty."))
        }
    }

    static let sort: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("sort", ["reverse", "case_sensitive", "attribute"])
        let isCaseSensitive = bound[1]?.isTrue ?? false
        let paths = AttributePath.several(bound[2])
        var keyed: [(key: Value, element: Value)] = []
        for element in try interpreter.elements(of: value) {
            var keys: [Value] = []
            for path in paths {
                keys.append(try SortKey(path, isCaseSensitive: isCaseSensitive).value(of: element, interpreter))
            }
            keyed.append((.list(ListValue(keys)), element))
        }
        return try interpreter.list(
            try Sorting.sorted(keyed, descending: bound[0]?.isTrue ?? false, interpreter))
    }

    static let dictsort: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("dictsort", ["case_sensitive", "by", "reverse"])
        let by = try bound[1].text("dictsort", or: "key")
        guard by == "key" || by == "value" else {
            throw ChatTemplateError(.value, "You can only sort by either \"key\" or \"value\"")
        }
        guard case .dict(let dict) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "dictsort needs a mapping, got \(value.typeName)")
        }
        let key = SortKey(AttributePath(nil), isCaseSensitive: bound[0]?.isTrue ?? false)
        var keyed: [(key: Value, element: Value)] = []
        for (entry, pair) in zip(dict.entries, dict.elements(of: .items)) {
            keyed.append((try key.value(of: by == "key" ? entry.key : entry.value, interpreter), pair))
        }
        return try interpreter.list(
            try Sorting.sorted(keyed, descending: bound[2]?.isTrue ?? false, interpreter))
    }
}
