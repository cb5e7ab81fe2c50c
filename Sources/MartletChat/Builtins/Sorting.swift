/// Stable sorting by values that may turn out to have no order.
enum Sorting {
    /// The elements in the order of their keys; **throws** where two keys cannot be compared.
    static func sorted<Element>(
        _ elements: [Element], by key: (Element) -> Value, descending: Bool = false
    ) throws(ChatTemplateError) -> [Element] {
        let keyed = elements.map { (key: key($0), element: $0) }
        return try merge(keyed[...], descending).map(\.element)
    }

    private static func merge<Element>(
        _ elements: ArraySlice<(key: Value, element: Element)>, _ descending: Bool
    ) throws(ChatTemplateError) -> [(key: Value, element: Element)] {
        if elements.count < 2 { return Array(elements) }
        let middle = elements.startIndex + elements.count / 2
        let left = try merge(elements[..<middle], descending)
        let right = try merge(elements[middle...], descending)
        var (result, i, j): ([(key: Value, element: Element)], Int, Int) = ([], 0, 0)
        result.reserveCapacity(elements.count)
        while i < left.count, j < right.count {
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
        if case .undefined(let undefined) = left { throw undefined.error }
        throw ChatTemplateError(
            .type, "'<' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
    }
}
