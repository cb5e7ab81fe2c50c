/// transformers' `tojson`.
enum JSONFilter {
    static let toJSON: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
        var dump = JSONDump()
        dump.ensuresASCII = bound[0]?.isTrue ?? false
        switch bound[1] {
        case nil, .some(.none): break
        case let indent?:
            let width = indent.text == nil ? try bound[1].integer("tojson", or: 0) : 0
            try interpreter.charge(product: width, value.extent.weight)
            dump.indent = indent.text ?? String(repeating: " ", count: max(0, width))
            dump.itemSeparator = ","
        }
        switch bound[2] {
        case nil, .some(.none): break
        case let separators?:
            let parts = try interpreter.elements(of: separators)
            guard parts.count == 2, let item = parts[0].text, let key = parts[1].text else {
                throw ChatTemplateError(.type, "tojson's separators are two strings")
            }
            (dump.itemSeparator, dump.keySeparator) = (item, key)
        }
        dump.sortsKeys = bound[3]?.isTrue ?? false
        try interpreter.charge(value.extent.weight)
        return try interpreter.string(try dump.text(of: value, interpreter))
    }
}
