/// Filters that apply another filter or a test to each element.
enum SelectionFilters {
    static let map: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        var results: [Value] = []
        if arguments.positional.isEmpty, let attribute = arguments.named.first(where: { $0.name == "attribute" }) {
            let fallback = arguments.named.first { $0.name == "default" }?.value
            guard arguments.named.count == (fallback == nil ? 1 : 2) else {
                throw ChatTemplateError(.type, "map got an unexpected keyword argument")
            }
            let path = AttributePath(attribute.value, fallback: fallback?.isNone ?? true ? nil : fallback)
            for element in try interpreter.elements(of: value) {
                results.append(try path.value(of: element, interpreter))
            }
        } else {
            guard let name = arguments.positional.first?.text else {
                throw ChatTemplateError(.type, "map requires a filter argument")
            }
            let rest = Arguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
            for element in try interpreter.elements(of: value) {
                results.append(try interpreter.apply(name, to: element, rest))
            }
        }
        return try interpreter.iterator(results)
    }

    static func select(keeps: Bool, byAttribute: Bool) -> Filters.Filter {
        { (interpreter, value, arguments) throws(ChatTemplateError) in
            var positional = arguments.positional[...]
            var path = AttributePath(nil)
            if byAttribute {
                guard let attribute = positional.popFirst() else {
                    throw ChatTemplateError(.type, "Missing parameter for attribute name")
                }
                path = AttributePath(attribute)
            }
            var name: String?
            if let test = positional.popFirst() { name = try Optional(test).text("select", or: "") }
            let rest = Arguments(positional: Array(positional), named: arguments.named)
            var kept: [Value] = []
            for element in try interpreter.elements(of: value) {
                let part = try path.value(of: element, interpreter)
                let isTrue: Bool
                if let name { isTrue = try interpreter.test(name, part, rest) } else { isTrue = part.isTrue }
                if isTrue == keeps { kept.append(element) }
            }
            return try interpreter.iterator(kept)
        }
    }
}
