/// Filters that apply another filter or a test to each element, when it is asked for.
enum SelectionFilters {
    static let map: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        var apply: ((Value) throws(ChatTemplateError) -> Value)?
        return try lazily(interpreter, over: value) { (element) throws(ChatTemplateError) in
            if apply == nil { apply = try mapping(arguments, interpreter) }
            return try apply?(element)
        }
    }

    /// What `map` does to an element.
    private static func mapping(
        _ arguments: Arguments, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> ((Value) throws(ChatTemplateError) -> Value) {
        if arguments.positional.isEmpty, let attribute = arguments.named.first(where: { $0.name == "attribute" }) {
            let fallback = arguments.named.first { $0.name == "default" }?.value
            guard arguments.named.count == (fallback == nil ? 1 : 2) else {
                throw ChatTemplateError(.type, "map got an unexpected keyword argument")
            }
            let path = AttributePath(attribute.value, fallback: fallback?.isNone ?? true ? nil : fallback)
            return { (element) throws(ChatTemplateError) in try path.value(of: element, interpreter) }
        }
        guard let name = arguments.positional.first?.text else {
            throw ChatTemplateError(.type, "map requires a filter argument")
        }
        let rest = Arguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
        return { (element) throws(ChatTemplateError) in try interpreter.apply(name, to: element, rest) }
    }

    static func select(keeps: Bool, byAttribute: Bool) -> Filters.Filter {
        { (interpreter, value, arguments) throws(ChatTemplateError) in
            var positional = arguments.positional[...]
            let attribute = byAttribute ? positional.popFirst() : nil
            let test = positional.popFirst()
            let path = AttributePath(attribute)
            let rest = Arguments(positional: Array(positional), named: arguments.named)
            return try lazily(interpreter, over: value) { (element) throws(ChatTemplateError) in
                guard attribute != nil || !byAttribute else {
                    throw ChatTemplateError(.type, "Missing parameter for attribute name")
                }
                let part = try path.value(of: element, interpreter)
                let isTrue: Bool
                if let test {
                    isTrue = try interpreter.test(try Optional(test).text("select", or: ""), part, rest)
                } else {
                    isTrue = part.isTrue
                }
                return isTrue == keeps ? element : nil
            }
        }
    }

    static let unique: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("unique", ["case_sensitive", "attribute"])
        let key = SortKey(AttributePath(bound[1]), isCaseSensitive: bound[0]?.isTrue ?? false)
        var seen: Set<HashedValue> = []
        return try lazily(interpreter, over: value, evenIfFalse: true) { (element) throws(ChatTemplateError) in
            let candidate = try key.value(of: element, interpreter)
            try interpreter.checkHashable(candidate)
            try interpreter.charge(candidate.extent.weight)
            return seen.insert(HashedValue(candidate)).inserted ? element : nil
        }
    }

    /// What `transform` makes of the elements one by one, without those it makes nothing of.
    private static func lazily(
        _ interpreter: Interpreter, over value: Value, evenIfFalse: Bool = false,
        _ transform: @escaping (Value) throws(ChatTemplateError) -> Value?
    ) throws(ChatTemplateError) -> Value {
        var rest: ElementCursor?
        return try interpreter.lazily(over: value) { () throws(ChatTemplateError) in
            if rest == nil {
                // What is empty is not even asked whether it can be gone over.
                guard evenIfFalse || value.isTrue else { return nil }
                rest = try interpreter.cursor(over: value)
            }
            while let element = try rest?.next() {
                try interpreter.charge()
                if let result = try transform(element) { return result }
            }
            return nil
        }
    }
}
