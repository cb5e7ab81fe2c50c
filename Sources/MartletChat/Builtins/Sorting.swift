/// Stable sorting by values that may turn out to have no order.
enum Sorting {
    typealias Keyed = (key: Value, element: Value)

    /// The elements in the order of their keys; **throws** where two keys cannot be compared.
    static func sorted(
        _ elements: [Keyed], descending: Bool = false, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> [Value] {
        try merge(elements[...], descending, interpreter).map(\.element)
    }

    private static func merge(
        _ elements: ArraySlice<Keyed>, _ descending: Bool, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> [Keyed] {
        if elements.count < 2 { return Array(elements) }
        let middle = elements.startIndex + elements.count / 2
        let left = try merge(elements[..<middle], descending, interpreter)
        let right = try merge(elements[middle...], descending, interpreter)
        var (result, i, j): ([Keyed], Int, Int) = ([], 0, 0)
        result.reserveCapacity(elements.count)
        while i < left.count, j < right.count {
            try interpreter.charge(min(left[i].key.extent.weight, right[j].key.extent.weight))
            // Equal keys keep their order, also when descending, as Python's `reverse=True` does.
            let takesRight = descending ? try isLess(left[i].key, right[j].key) : try isLess(right[j].key, left[i].key)
            if takesRight {
                result.append(right[j])
                j += 1
            } else {
                result.append(left[i])
                i += 1
            }
        }
        return result + left[i...] + right[j...]
    }

    static func isLess(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
        if let result = left.isLess(than: right) { return result }
        for case .undefined(let undefined) in [left, right] { throw undefined.error }
        throw ChatTemplateError(
            .type, "'<' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
    }
}
