/// Filters that make groups of elements.
enum GroupFilters {
    static let groupBy: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("groupby", ["attribute", "default", "case_sensitive"])
        let path = AttributePath(try bound[0].required("groupby", "attribute"), fallback: bound[1])
        let key = SortKey(path, isCaseSensitive: bound[2]?.isTrue ?? false)
        var keyed: [(key: Value, element: Value)] = []
        for element in try interpreter.elements(of: value) {
            keyed.append((try key.value(of: element, interpreter), element))
        }
        var groups: [(key: Value, elements: [Value])] = []
        for element in try Sorting.sorted(keyed, interpreter) {
            let key = try key.value(of: element, interpreter)
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
        let count = try bound[0].required("batch", "linecount")
        var rest: ElementCursor?
        var carried: Value?
        return try interpreter.lazily(over: value) { () throws(ChatTemplateError) in
            if rest == nil { rest = try interpreter.cursor(over: value) }
            var row = carried.map { [$0] } ?? []
            carried = nil
            while let element = try rest?.next() {
                // As in jinja2, a row of no elements comes first where the count is zero, and all where it is less.
                if Value.integer(row.count).equals(count) {
                    carried = element
                    return try interpreter.list(row)
                }
                try interpreter.charge()
                row.append(element)
            }
            guard !row.isEmpty else { return nil }
            if let fill = bound[1], !fill.isNone, try interpreter.compare(.less, .integer(row.count), count) {
                let missing = try Optional(count).integer("batch", or: 0) - row.count
                try interpreter.charge(product: missing, 16)
                row += Array(repeating: fill, count: missing)
            }
            return try interpreter.list(row)
        }
    }

    static let slice: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("slice", ["slices", "fill_with"])
        let slices = try bound[0].required("slice", "slices")
        var (elements, column, start): ([Value]?, Int, Int) = (nil, 0, 0)
        return try interpreter.lazily(over: value) { () throws(ChatTemplateError) in
            if elements == nil { elements = try interpreter.elements(of: value) }
            let all = elements ?? []
            let count = try Optional(slices).integer("slice", or: 1)
            guard count != 0 else { throw ChatTemplateError(.value, "integer division or modulo by zero") }
            guard column < count else { return nil }
            let (size, extra) = all.count.quotientAndRemainder(dividingBy: count)
            let end = start + size + (column < extra ? 1 : 0)
            var part = Array(all[start..<end])
            if let fill = bound[1], !fill.isNone, column >= extra { part.append(fill) }
            start = end
            column += 1
            return try interpreter.list(part)
        }
    }
}
