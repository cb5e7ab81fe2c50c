/// Filters over whole sequences.
enum SequenceFilters {
    static let length: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        switch value {
        case .string(let text), .markup(let text):
            try interpreter.charge(bytes: text.utf8.count)
            return .integer(text.scalarCount)
        case .list(let list), .tuple(let list): return .integer(list.elements.count)
        case .dict(let dict), .view(_, let dict): return .integer(dict.count)
        case .range(let start, let stop, let step): return .integer(Value.rangeCount(start, stop, step))
        case .loop(let state): return .integer(state.items.count)
        case .undefined: return .integer(0)
        default: throw ChatTemplateError(.type, "object of type '\(value.typeName)' has no len()")
        }
    }

    static let list: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        try interpreter.list(try interpreter.elements(of: value))
    }

    static let first: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        if case .iterator(let iterator) = value, let element = iterator.takeFirst() { return element }
        return try interpreter.elements(of: value).first
            ?? .undefined(UndefinedValue("No first item, sequence was empty."))
    }

    static let last: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        if case .iterator = value { throw ChatTemplateError(.type, "'generator' object is not reversible") }
        return try interpreter.elements(of: value).last
            ?? .undefined(UndefinedValue("No last item, sequence was empty."))
    }

    static let reverse: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        if let text = value.text { return try interpreter.slice(.string(text), nil, nil, -1) }
        return try interpreter.iterator(try interpreter.elements(of: value).reversed())
    }

    static let items: Filters.Filter = { (interpreter, value, _) throws(ChatTemplateError) in
        if value.isUndefined { return try interpreter.iterator([]) }
        guard case .dict(let dict) = value else {
            throw ChatTemplateError(.type, "Can only get item pairs from a mapping.")
        }
        return try interpreter.iterator(dict.elements(of: .items))
    }

    static let join: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("join", ["d", "attribute"])
        let separator = try bound[0].map { (value) throws(ChatTemplateError) in try interpreter.text(of: value) } ?? ""
        let path = AttributePath(bound[1])
        var (parts, size): ([String], Int) = ([], 0)
        for element in try interpreter.elements(of: value) {
            parts.append(try interpreter.text(of: try path.value(of: element, interpreter)))
            size += parts[parts.count - 1].utf8.count + separator.utf8.count
            guard size <= interpreter.limits.maxBytes + separator.utf8.count else {
                try interpreter.charge(bytes: .max); break
            }
        }
        return try interpreter.string(parts.joined(separator: separator))
    }

    static let sum: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("sum", ["attribute", "start"])
        let path = AttributePath(bound[0])
        var total = bound[1] ?? .integer(0)
        for element in try interpreter.elements(of: value) {
            total = try interpreter.compute(.add, total, try path.value(of: element, interpreter))
        }
        return total
    }

    static func extreme(takesMax: Bool) -> Filters.Filter {
        { (interpreter, value, arguments) throws(ChatTemplateError) in
            let bound = try arguments.bind(takesMax ? "max" : "min", ["case_sensitive", "attribute"])
            let key = SortKey(AttributePath(bound[1]), isCaseSensitive: bound[0]?.isTrue ?? false)
            var best: (key: Value, element: Value)?
            for element in try interpreter.elements(of: value) {
                let candidate = try key.value(of: element, interpreter)
                if let current = best?.key {
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
            keyed.append((.tuple(ListValue(keys)), element))
        }
        try interpreter.charge(keyed.count * 20)
        return try interpreter.list(
            try Sorting.sorted(keyed, by: \.key, descending: bound[0]?.isTrue ?? false).map(\.element))
    }

    static let dictsort: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("dictsort", ["case_sensitive", "by", "reverse"])
        guard case .dict(let dict) = value else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "dictsort needs a mapping, got \(value.typeName)")
        }
        let by = try bound[1].text("dictsort", or: "key")
        guard by == "key" || by == "value" else {
            throw ChatTemplateError(.value, "You can only sort by either \"key\" or \"value\"")
        }
        let key = SortKey(AttributePath(nil), isCaseSensitive: bound[0]?.isTrue ?? false)
        var keyed: [(key: Value, element: Value)] = []
        for (entry, pair) in zip(dict.entries, dict.elements(of: .items)) {
            keyed.append((try key.value(of: by == "key" ? entry.key : entry.value, interpreter), pair))
        }
        try interpreter.charge(keyed.count * 20)
        return try interpreter.list(
            try Sorting.sorted(keyed, by: \.key, descending: bound[2]?.isTrue ?? false).map(\.element))
    }

    static let unique: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("unique", ["case_sensitive", "attribute"])
        let key = SortKey(AttributePath(bound[1]), isCaseSensitive: bound[0]?.isTrue ?? false)
        var (seen, kept): ([(key: Value, value: Value)], [Value]) = ([], [])
        var seenTexts: Set<ExactString> = []
        for element in try interpreter.elements(of: value) {
            let candidate = try key.value(of: element, interpreter)
            try interpreter.checkHashable(candidate)
            if let text = candidate.text {
                if seenTexts.insert(ExactString(text)).inserted { kept.append(element) }
                continue
            }
            try interpreter.charge(seen.count)
            if seen.contains(where: { $0.key.equals(candidate) }) { continue }
            seen.append((candidate, .none))
            kept.append(element)
        }
        return try interpreter.iterator(kept)
    }

    static let groupBy: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("groupby", ["attribute", "default", "case_sensitive"])
        let path = AttributePath(try bound[0].required("groupby", "attribute"), fallback: bound[1])
        let key = SortKey(path, isCaseSensitive: bound[2]?.isTrue ?? false)
        var keyed: [(key: Value, element: Value)] = []
        for element in try interpreter.elements(of: value) {
            keyed.append((try key.value(of: element, interpreter), element))
        }
        try interpreter.charge(keyed.count * 20)
        var groups: [(key: Value, elements: [Value])] = []
        for (key, element) in try Sorting.sorted(keyed, by: \.key) {
            if let last = groups.last, last.key.equals(key) {
                groups[groups.count - 1].elements.append(element)
            } else {
                groups.append((key, [element]))
            }
        }
        var tuples: [Value] = []
        for group in groups {
            let grouper = try path.value(of: group.elements[0], interpreter)
            tuples.append(
                .tuple(ListValue([grouper, try interpreter.list(group.elements)], fieldNames: ["grouper", "list"])))
        }
        return try interpreter.list(tuples)
    }

    static let batch: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("batch", ["linecount", "fill_with"])
        let count = try Optional(try bound[0].required("batch", "linecount")).integer("batch", or: 1)
        guard count > 0 else { throw ChatTemplateError(.value, "batch needs a positive line count") }
        let elements = try interpreter.elements(of: value)
        var rows: [Value] = []
        for start in stride(from: 0, to: elements.count, by: count) {
            var row = Array(elements[start..<min(start + count, elements.count)])
            if let fill = bound[1], !fill.isNone, row.count < count {
                try interpreter.charge(count)
                row += Array(repeating: fill, count: count - row.count)
            }
            rows.append(try interpreter.list(row))
        }
        return try interpreter.iterator(rows)
    }

    static let slice: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("slice", ["slices", "fill_with"])
        let count = try Optional(try bound[0].required("slice", "slices")).integer("slice", or: 1)
        guard count > 0 else { throw ChatTemplateError(.value, "slice needs a positive number of slices") }
        try interpreter.charge(count)
        let elements = try interpreter.elements(of: value)
        let (size, extra) = elements.count.quotientAndRemainder(dividingBy: count)
        var (columns, start): ([Value], Int) = ([], 0)
        for column in 0..<count {
            let end = start + size + (column < extra ? 1 : 0)
            var part = Array(elements[start..<end])
            if let fill = bound[1], !fill.isNone, column >= extra { part.append(fill) }
            columns.append(try interpreter.list(part))
            start = end
        }
        return try interpreter.iterator(columns)
    }

    static let attribute: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let name = try Optional(try arguments.bind("attr", ["name"])[0].required("attr", "name")).text("attr", or: "")
        let object: Value
        // Only what is an attribute counts, not a dict's members.
        if case .dict = value { object = .dict(DictValue(unique: [])) } else { object = value }
        guard case .method = try interpreter.attribute(name, of: object) else {
            return try interpreter.attribute(name, of: object)
        }
        return .method(BoundMethod(value, name))
    }
}

extension Value {
    /// True for `none`.
    var isNone: Bool {
        if case .none = self { return true }
        return false
    }
}
